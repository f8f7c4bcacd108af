package io.penstock.slow;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the build has laid down for these tests; it says where in system properties.
 *
 * @param jar of the application, with all that it brings
 * @param sparkHome holds Spark's {@code jars/} and nothing else
 * @param hdfsHome holds in {@code jars/} what an HDFS needs besides Spark's
 * @param moduleOptions for a JVM that holds a driver
 * @param folder for whatever the tests write
 */
record Installation(
    Path jar,
    Path sparkHome,
    Path hdfsHome,
    String scalaVersion,
    List<String> moduleOptions,
    Path folder) {

  static Installation ofBuild() {
    return new Installation(
        Path.of(property("slow.jar")),
        Path.of(property("slow.spark.home")),
        Path.of(property("slow.hdfs.home")),
        property("slow.scala.version"),
        List.of(property("slow.jvm.opens").split(" ")),
        Path.of(property("slow.folder")));
  }

  private static String property(String name) {
    String value = System.getProperty(name);
    if (value == null) {
      throw new IllegalStateException(name + " is not set; run these tests by mvn verify -Pslow");
    }
    return value;
  }

  /** The beginning of a command line: a JVM that starts quickly and stays small. */
  List<String> java(int heapMegabytes, Path temporary) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx" + heapMegabytes + "m");
    command.addAll(quickOptions(temporary));
    return command;
  }

  /** Of a JVM that starts quickly and stays small. */
  List<String> quickOptions(Path temporary) {
    List<String> options = new ArrayList<>();
    options.addAll(List.of("-XX:+UseSerialGC", "-Xms256m", "-Xmn128m"));
    options.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:ReservedCodeCacheSize=256m"));
    options.add("-XX:MetaspaceSize=256m");
    options.add("-Djava.io.tmpdir=" + temporary);
    if (Files.exists(classArchive())) {
      options.add("-XX:SharedArchiveFile=" + classArchive());
      options.addAll(List.of("-Xlog:cds=off", "-Xlog:cds+dynamic=off"));
    }
    return options;
  }

  /** See {@link SparkClasses}; a JVM whose class path begins otherwise passes it over. */
  Path classArchive() {
    return folder.resolve("spark-classes.jsa");
  }

  /** As a Worker of Spark 4 has it for its executors. */
  String sparkClassPath() throws IOException {
    Path jars = sparkHome.resolve("jars");
    try (Stream<Path> all = Files.list(jars)) {
      Path slf4j =
          all.filter(jar -> jar.getFileName().toString().startsWith("slf4j-api-"))
              .findAny()
              .orElseThrow();
      return String.join(":", sparkHome.resolve("conf").toString(), slf4j.toString(), jars + "/*");
    }
  }

  /**
   * Of each process of Spark. Without the version of Scala a Worker starts no executor from an
   * installation that has only jars.
   *
   * @param address that it listens on
   */
  Map<String, String> environment(String address) {
    return Map.of(
        "SPARK_HOME", sparkHome.toString(),
        "SPARK_SCALA_VERSION", scalaVersion,
        "SPARK_LOCAL_IP", address);
  }
}

package io.penstock.cluster;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Map;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import scala.util.Properties;

/**
 * The Spark that the application's jar was built for, as its manifest says. Another one fails
 * somewhere in the middle, with a method that is not there.
 *
 * @param spark {@code 4.1.3}
 * @param scala {@code 2.13}
 */
public record SparkBuild(String spark, String scala) {
  private static final String SPARK = "Penstock-Spark-Version";
  private static final String SCALA = "Penstock-Scala-Version";

  /** Maven profiles by Spark and Scala; the default build's has no name. */
  private static final Map<String, String> PROFILES =
      Map.of(
          "4.2/2.13", " -P spark-4.2",
          "4.1/2.13", "",
          "4.0/2.13", " -P spark-4.0",
          "3.5/2.13", " -P spark-3.5",
          "3.5/2.12", " -P spark-3.5-scala-2.12");

  /**
   * Why this jar must not run on the Spark that is there; empty where it may, where there is none
   * and where the classes come from no such jar.
   */
  public static Optional<String> mismatch() {
    try {
      return own().flatMap(build -> build.mismatch(running()));
    } catch (NoClassDefFoundError e) {
      return Optional.empty(); // without Spark, as some commands may be
    }
  }

  private static SparkBuild running() {
    return new SparkBuild(
        org.apache.spark.package$.MODULE$.SPARK_VERSION(), Properties.versionNumberString());
  }

  private static Optional<SparkBuild> own() {
    CodeSource source = SparkBuild.class.getProtectionDomain().getCodeSource();
    try {
      return source == null || !"file".equals(source.getLocation().getProtocol())
          ? Optional.empty()
          : of(Path.of(source.getLocation().toURI()));
    } catch (URISyntaxException | IOException e) {
      return Optional.empty();
    }
  }

  /** What a jar was built for; empty where it does not say, or is none. */
  static Optional<SparkBuild> of(Path jar) throws IOException {
    if (!Files.isRegularFile(jar)) {
      return Optional.empty();
    }
    try (JarFile file = new JarFile(jar.toFile())) {
      Manifest manifest = file.getManifest();
      Attributes attributes = manifest == null ? new Attributes() : manifest.getMainAttributes();
      String spark = attributes.getValue(SPARK);
      String scala = attributes.getValue(SCALA);
      return spark == null || scala == null
          ? Optional.empty()
          : Optional.of(new SparkBuild(spark, scala));
    }
  }

  /** What is wrong with another Spark, and what to do; empty where it is as good. */
  Optional<String> mismatch(SparkBuild running) {
    if (line().equals(running.line())) {
      return Optional.empty();
    }
    String profile = PROFILES.get(running.line());
    String remedy =
        profile == null
            ? "Penstock builds for Spark 4.2, 4.1, 4.0 and 3.5 with Scala 2.13, and 3.5 with 2.12"
            : "build it with SPARK_HOME set to that Spark (jobs/run does so by itself), or by mvn"
                + profile
                + " package -DskipTests";
    return Optional.of(
        "this jar was built for Spark %s with Scala %s, and Spark %s with Scala %s runs it; %s"
            .formatted(spark, minor(scala), running.spark, minor(running.scala), remedy));
  }

  private String line() {
    return minor(spark) + "/" + minor(scala);
  }

  /** {@code 4.1} of {@code 4.1.3}, of {@code 4.1.3-amzn-0} too. */
  private static String minor(String version) {
    String[] parts = version.split("[.-]");
    return parts.length < 2 ? version : parts[0] + "." + parts[1];
  }
}

package io.penstock.slow;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Spark's classes as a JVM wants them in memory (an archive of class data sharing), so that each of
 * the many that these tests start has them at once. Made by a small job in one JVM after Spark's
 * jars have changed.
 */
final class SparkClasses {
  private static final int HEAP_MEGABYTES = 768;
  private static final Duration MADE_WITHIN = Duration.ofMinutes(5);

  private SparkClasses() {}

  /** Makes the archive of an installation where it has none that fits; one JVM at a time. */
  static void archive(Installation installation) throws IOException {
    Path lock = installation.folder().resolve("classes.lock");
    try (FileChannel channel =
            FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock ours = channel.lock()) {
      if (ours.isValid() && !isNew(installation)) {
        make(installation);
      }
    }
  }

  private static boolean isNew(Installation installation) throws IOException {
    Path archive = installation.classArchive();
    Path jars = installation.sparkHome().resolve("jars");
    return Files.exists(archive)
        && Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(jars)) > 0;
  }

  private static void make(Installation installation) throws IOException {
    Path folder = Files.createTempDirectory(installation.folder(), "classes-");
    Path archive = folder.resolve("archive");
    Files.deleteIfExists(installation.classArchive());
    List<String> command = installation.java(HEAP_MEGABYTES, folder);
    command.add("-XX:ArchiveClassesAtExit=" + archive);
    command.addAll(installation.moduleOptions());
    command.addAll(
        List.of("-cp", installation.sparkClassPath(), "org.apache.spark.deploy.SparkSubmit"));
    command.addAll(List.of("--master", "local[2]", "--conf", "spark.ui.enabled=false"));
    command.addAll(List.of("--class", "io.penstock.app.Main", installation.jar().toString()));
    command.addAll(smallJob(folder));
    try (ChildProcess job =
        ChildProcess.start(command, installation.environment("127.0.0.1"), folder.resolve("log"))) {
      if (job.awaitExit(MADE_WITHIN) != 0) {
        throw new IllegalStateException("No archive of Spark's classes: " + job.tail());
      }
    }
    Files.move(archive, installation.classArchive());
  }

  private static List<String> smallJob(Path folder) {
    List<String> arguments = new ArrayList<>(List.of("infer", "jobs/quickstart.yaml"));
    for (String setting :
        List.of(
            "input.where=length(question) % 50 = 0",
            "store.path=" + folder.resolve("store"),
            "output.path=" + folder.resolve("answers"),
            "runs.path=" + folder.resolve("runs"))) {
      arguments.addAll(List.of("--set", setting));
    }
    return arguments;
  }
}

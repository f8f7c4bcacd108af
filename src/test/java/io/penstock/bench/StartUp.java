package io.penstock.bench;

import io.penstock.app.CommandLines;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.fs.FileUtil;
import org.apache.spark.sql.SparkSession;

/**
 * How long {@code jobs/run infer} takes from the start of its process to its first call, against a
 * plain Spark job that counts the rows of the same file, in a process with this one's JVM options;
 * in turn. Runs in the project's folder, after the build.
 */
public final class StartUp {
  private static final int ROWS = Integer.getInteger("bench.start.rows", 200);
  private static final int ROUNDS = Integer.getInteger("bench.start.rounds", 3);
  private static final int IN_FLIGHT = 64;
  private static final String COUNTED = "counted ";

  private final Path folder;
  private final SimulatorProcess simulator;

  private StartUp(Path folder, SimulatorProcess simulator) {
    this.folder = folder;
    this.simulator = simulator;
  }

  /** See {@link Measurement}; prints all rounds. */
  static String measure(Path folder) throws IOException, InterruptedException {
    try (SimulatorProcess simulator = SimulatorProcess.start("--latency", "fixed:50ms")) {
      return new StartUp(folder.toAbsolutePath(), simulator).measure();
    }
  }

  private String measure() throws IOException, InterruptedException {
    Path prompts = folder.resolve("start.json");
    new Prompts(ROWS, IN_FLIGHT).write(prompts);
    List<Duration> plain = new ArrayList<>();
    List<Duration> penstock = new ArrayList<>();
    firstCall(); // prepares what jobs/run keeps for faster starts
    for (int round = 0; round < ROUNDS; round++) {
      plain.add(plainSpark(prompts));
      penstock.add(firstCall());
      System.out.printf(
          Locale.ROOT,
          "start-up of %,d rows: plain Spark job %.2f s, first call of infer %.2f s%n",
          ROWS,
          seconds(plain.get(round)),
          seconds(penstock.get(round)));
    }
    double difference = seconds(median(penstock)) - seconds(median(plain));
    return String.format(
        Locale.ROOT,
        "start-up, medians of %d: plain Spark job %.2f s, first call of infer %.2f s, difference %.2f s",
        ROUNDS,
        seconds(median(plain)),
        seconds(median(penstock)),
        difference);
  }

  private Duration plainSpark(Path prompts) throws IOException, InterruptedException {
    Instant started = Instant.now();
    Process process = java(PlainCount.class, prompts.toString());
    try (BufferedReader out = process.inputReader()) {
      String line = out.readLine();
      Duration taken = Duration.between(started, Instant.now());
      if (!(COUNTED + ROWS).equals(line) || process.waitFor() != 0) {
        throw new IOException("The plain job did not count " + ROWS + " rows, it said: " + line);
      }
      return taken;
    }
  }

  private Duration firstCall() throws IOException, InterruptedException {
    Path work = Files.createTempDirectory(folder, "start-").toAbsolutePath();
    try {
      Path job = PenstockJob.prepare(new Prompts(ROWS, IN_FLIGHT), simulator.origin(), work);
      simulator.reset();
      Instant started = Instant.now();
      Process process =
          new ProcessBuilder("jobs/run", "infer", job.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      process.getInputStream().transferTo(System.out);
      if (process.waitFor() != 0) {
        throw new IOException("infer ended with exit code " + process.exitValue());
      }
      Instant first = Instant.parse(simulator.stats().path("first_at").asText());
      return Duration.between(started, first);
    } finally {
      FileUtil.fullyDelete(work.toFile());
    }
  }

  private static Process java(Class<?> main, String argument) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName(), argument));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1_000.0;
  }

  private static Duration median(List<Duration> rounds) {
    return rounds.stream().sorted().skip(rounds.size() / 2).findFirst().orElseThrow();
  }

  /** The plain job. */
  static final class PlainCount {
    private PlainCount() {}

    public static void main(String[] arguments) {
      SparkSession spark = CommandLines.plainSession();
      System.out.println(COUNTED + spark.read().json(arguments[0]).count());
      spark.stop();
    }
  }
}

package io.penstock.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures the share of the ideal time when calls are slow, and the processor time when they are
 * not. Writes {@code results.json} into the folder that is its argument.
 */
public final class Benchmark {
  private static final Logger LOG = LoggerFactory.getLogger(Benchmark.class);

  private Benchmark() {}

  public static void main(String[] arguments) {
    int exitCode = 1;
    try {
      measure(Files.createDirectories(Path.of(arguments[0])));
      exitCode = 0;
    } catch (IOException | InterruptedException | RuntimeException e) {
      LOG.error("The benchmark broke off", e);
    }
    // also ends the threads that Spark leaves behind
    System.exit(exitCode);
  }

  private static void measure(Path folder) throws IOException, InterruptedException {
    Scene latencyBound =
        new Scene(
            "latency-bound",
            Duration.ofMillis(Integer.getInteger("bench.latency.ms")),
            Integer.getInteger("bench.requests"));
    Scene cpuBound =
        new Scene("cpu-bound", Duration.ZERO, Integer.getInteger("bench.cpu.requests"));
    Contest contest =
        new Contest(
            folder, Integer.getInteger("bench.in.flight"), Integer.getInteger("bench.rounds"));
    BenchReport report =
        new BenchReport(
            contest.inFlight(), List.of(contest.run(latencyBound), contest.run(cpuBound)));
    Files.write(folder.resolve("results.json"), report.toJson());
    System.out.println(report.toText());
  }
}

package io.penstock.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Hundreds and thousands of calls at once in one executor. */
final class ManyInFlight implements Measurement {
  private static final int[] IN_FLIGHT = {500, 2_000};
  private static final int ROUNDS = 20;
  private static final long LOOK_MILLIS = 250;
  private static final double MEGABYTE = 1 << 20;

  @Override
  public String measure(Path folder) throws IOException, InterruptedException {
    StringBuilder text = new StringBuilder("many in flight, 2 s latency:\n");
    try (SimulatorProcess simulator = SimulatorProcess.start("--latency", "fixed:2000ms")) {
      for (int inFlight : IN_FLIGHT) {
        Path own = Files.createDirectories(folder.resolve(Integer.toString(inFlight)));
        text.append(measure(simulator, own, inFlight));
      }
    }
    return text.toString();
  }

  private static String measure(SimulatorProcess simulator, Path folder, int inFlight)
      throws IOException, InterruptedException {
    int requests = inFlight * ROUNDS;
    long cpuBefore = ProcessCpu.nanos();
    RunningJob job =
        RunningJob.start(
            new PenstockJob("{initial: " + inFlight + ", max: " + inFlight + "}"),
            new Prompts(requests, inFlight),
            simulator,
            folder);
    int threads = 0;
    long heap = 0;
    while (!job.isOver()) {
      threads = Math.max(threads, ManagementFactory.getThreadMXBean().getThreadCount());
      heap = Math.max(heap, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
    job.awaitEnd();
    JsonNode stats = simulator.stats();
    double seconds = stats.path("first_to_last_seconds").asDouble();
    return String.format(
        Locale.ROOT,
        "  %,d: share of the ideal time %.3f, peak %d in flight, %d threads, heap up to %.0f MB, CPU %.0f ms per 1,000 requests, whole job%n",
        inFlight,
        stats.path("in_flight_seconds").asDouble() / inFlight / seconds,
        stats.path("peak_in_flight").asInt(),
        threads,
        heap / MEGABYTE,
        (ProcessCpu.nanos() - cpuBefore) / 1e6 / (requests / 1_000.0));
  }
}

package io.penstock.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** A server that refuses everything for half a minute. */
final class Outage implements Measurement {
  private static final int IN_FLIGHT = 64;
  private static final int REQUESTS = 5_000;
  private static final long CALM_SECONDS = 20;
  private static final long OUTAGE_SECONDS = 30;
  private static final long LOOK_MILLIS = 100;
  private static final double RECOVERED = 0.8;

  @Override
  public String measure(Path folder) throws IOException, InterruptedException {
    StringBuilder text = new StringBuilder("outage of " + OUTAGE_SECONDS + " s, 1 s latency:\n");
    try (SimulatorProcess simulator = SimulatorProcess.start("--latency", "fixed:1000ms")) {
      for (String status : new String[] {"503", "429"}) {
        text.append(measure(simulator, folder.resolve(status), status));
      }
    }
    return text.toString();
  }

  private static String measure(SimulatorProcess simulator, Path folder, String status)
      throws IOException, InterruptedException {
    java.nio.file.Files.createDirectories(folder);
    RunningJob job =
        RunningJob.start(
            new PenstockJob("{initial: " + IN_FLIGHT + ", max: " + IN_FLIGHT + "}"),
            new Prompts(REQUESTS, IN_FLIGHT),
            simulator,
            folder);
    TimeUnit.SECONDS.sleep(CALM_SECONDS);
    JsonNode before = job.stats();
    simulator.limit("{\"refuse\": " + status + "}");
    TimeUnit.SECONDS.sleep(OUTAGE_SECONDS);
    JsonNode after = job.stats();
    simulator.limit("{\"refuse\": null}");
    long over = System.nanoTime();
    while (job.inFlight() < RECOVERED * IN_FLIGHT) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
    double seconds = (System.nanoTime() - over) / 1e9;
    job.awaitEnd();
    long answered = simulator.stats().path("ok").asLong();
    return String.format(
        Locale.ROOT,
        "  %s: %d in flight before, %d requests in it, %.0f %% of them in flight again %.1f s after it; %d of %d answered, %d distinct%n",
        status,
        before.path("in_flight").asInt(),
        after.path("requests").asLong() - before.path("requests").asLong(),
        RECOVERED * 100,
        seconds,
        answered,
        REQUESTS,
        simulator.stats().path("distinct").asLong());
  }
}

package io.penstock.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** A server that allows so many in flight, then fewer, then more, and tells nobody. */
final class UnknownLimits implements Measurement {
  private static final int[] ALLOWED = {40, 12, 60};
  private static final long PHASE_SECONDS = Long.getLong("bench.phase.seconds", 180);
  private static final int MAX = 100;

  @Override
  public String measure(Path folder) throws IOException, InterruptedException {
    StringBuilder text = new StringBuilder("unknown limits, 1 s latency, max " + MAX + ":\n");
    try (SimulatorProcess simulator =
        SimulatorProcess.start(
            "--latency", "fixed:1000ms", "--max-in-flight", Integer.toString(ALLOWED[0]))) {
      int requests = (int) (125 * PHASE_SECONDS);
      RunningJob job =
          RunningJob.start(
              new PenstockJob("{max: " + MAX + "}"), new Prompts(requests, MAX), simulator, folder);
      Sum all = new Sum(0, 0, 0, 0);
      for (int allowed : ALLOWED) {
        simulator.limit("{\"max_in_flight\": " + allowed + "}");
        JsonNode before = job.stats();
        TimeUnit.SECONDS.sleep(PHASE_SECONDS);
        Sum phase = Sum.between(before, job.stats(), allowed * PHASE_SECONDS);
        text.append("  ").append(allowed).append(" allowed: ").append(phase).append('\n');
        all = all.plus(phase);
      }
      simulator.limit("{\"max_in_flight\": null}");
      job.awaitEnd();
      return text.append("  in all: ").append(all).toString();
    }
  }

  private record Sum(double inFlightSeconds, double allowedSeconds, long requests, long refused) {
    static Sum between(JsonNode before, JsonNode after, double allowedSeconds) {
      return new Sum(
          after.path("in_flight_seconds").asDouble() - before.path("in_flight_seconds").asDouble(),
          allowedSeconds,
          after.path("requests").asLong() - before.path("requests").asLong(),
          refused(after) - refused(before));
    }

    private static long refused(JsonNode stats) {
      return stats.path("refused").path("in_flight").asLong();
    }

    Sum plus(Sum other) {
      return new Sum(
          inFlightSeconds + other.inFlightSeconds,
          allowedSeconds + other.allowedSeconds,
          requests + other.requests,
          refused + other.refused);
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "mean in flight %.3f of the allowed, %.2f %% of %,d requests refused",
          inFlightSeconds / allowedSeconds,
          100.0 * refused / requests,
          requests);
    }
  }
}

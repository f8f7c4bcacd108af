package io.penstock.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;

/**
 * One measurement of both clients.
 *
 * @param latency as the simulator's option; {@code fixed:0ms}: it answers as fast as it can
 * @param requests of each round, all distinct
 */
record Scene(String name, String latency, int requests) {
  static final String NO_LATENCY = "fixed:0ms";

  private static final int WARM_UP_SHARE = 10;

  static Scene fixed(String name, Duration latency, int requests) {
    return new Scene(name, "fixed:" + latency.toMillis() + "ms", requests);
  }

  Scene warmUp() {
    return new Scene(name + " (warm-up)", latency, Math.max(1, requests / WARM_UP_SHARE));
  }

  boolean hasLatency() {
    return !latency.equals(NO_LATENCY);
  }

  /**
   * What the round takes at the least: everything but the calls takes no time.
   *
   * @param stats of the simulator, which knows how long each request was made to wait
   */
  double idealSeconds(JsonNode stats, int inFlight) {
    return hasLatency() ? stats.path("in_flight_seconds").asDouble() / inFlight : 0;
  }
}

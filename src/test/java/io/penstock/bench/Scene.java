package io.penstock.bench;

import java.time.Duration;

/**
 * One measurement.
 *
 * @param latency of each answer; zero: the simulator answers as fast as it can
 * @param requests of each round, all distinct
 */
record Scene(String name, Duration latency, int requests) {
  private static final int WARM_UP_SHARE = 10;

  Scene warmUp() {
    return new Scene(name + " (warm-up)", latency, Math.max(1, requests / WARM_UP_SHARE));
  }

  /** What the round takes at the least: everything but the calls takes no time. */
  double idealSeconds(int inFlight) {
    return requests * (latency.toNanos() / 1e9) / inFlight;
  }
}

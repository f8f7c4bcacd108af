package io.penstock.simulator;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The sum of the times that requests were in flight, those that still are included: the integral of
 * their number over time. Confined to its recorder's lock.
 */
final class InFlightTime {
  private final Instant start;
  private long endedMicros;
  private long open;
  private long openStartsMicros;

  InFlightTime(Instant start) {
    this.start = start;
  }

  void begun(Instant since) {
    open++;
    openStartsMicros += micros(since);
  }

  /** Takes back what {@link #begun} counted. */
  void forgotten(Instant since) {
    open--;
    openStartsMicros -= micros(since);
  }

  void ended(Instant since, Instant now) {
    forgotten(since);
    endedMicros += micros(now) - micros(since);
  }

  Duration until(Instant now) {
    return Duration.of(endedMicros + open * micros(now) - openStartsMicros, ChronoUnit.MICROS);
  }

  private long micros(Instant instant) {
    return ChronoUnit.MICROS.between(start, instant);
  }
}

package io.penstock.limit;

import java.time.Duration;

/** The largest of the values of the last minute, or of the last two. Not thread-safe. */
final class MinutePeak {
  private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();

  private long beganNanos;
  private double before;
  private double since;

  MinutePeak(long nowNanos) {
    beganNanos = nowNanos;
  }

  void add(double value, long nowNanos) {
    if (nowNanos - beganNanos >= MINUTE_NANOS) {
      before = nowNanos - beganNanos >= 2 * MINUTE_NANOS ? value : since;
      since = value;
      beganNanos = nowNanos;
    }
    since = Math.max(since, value);
  }

  double value() {
    return Math.max(before, since);
  }
}

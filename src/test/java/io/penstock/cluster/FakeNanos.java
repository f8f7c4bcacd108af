package io.penstock.cluster;

import java.time.Duration;
import java.util.function.LongSupplier;

/** A monotonic clock that is turned by hand. */
final class FakeNanos implements LongSupplier {
  private long nowNanos = Long.MAX_VALUE - 1_000_000_007; // begins anywhere, and may wrap around

  @Override
  public synchronized long getAsLong() {
    return nowNanos;
  }

  synchronized void advance(Duration duration) {
    nowNanos += duration.toNanos();
  }
}

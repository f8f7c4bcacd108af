package io.penstock.limit;

import java.util.Map;

/** Limiters that have what they need for ever. */
public final class Limiters {
  private Limiters() {}

  public static Limiter of(int permits) {
    return of(permits, new FakeScheduler());
  }

  public static Limiter of(int permits, Scheduler scheduler) {
    Limiter limiter = new Limiter("any/model", scheduler, () -> {});
    limiter.allow(
        new Allowance("any/model", 1, permits, Map.of(), Allowance.UNLIMITED, 0, 0),
        scheduler.nanoTime() + Long.MAX_VALUE / 2);
    return limiter;
  }
}

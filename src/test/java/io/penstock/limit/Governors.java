package io.penstock.limit;

import io.penstock.limit.AccountLimits.Window;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Governors of one account. */
final class Governors {
  static final String ACCOUNT = "openai/small";
  static final Duration LONGEST_CALL = Duration.ofMinutes(10);

  private static final Duration TICK = Duration.ofMillis(3);

  private Governors() {}

  static Governor of(AccountLimits limits, FakeScheduler time) {
    return new Governor(List.of(limits), time::nanoTime, InstantSource.system());
  }

  /** Between any two renewals there are some milliseconds, so that each is planned for anew. */
  static Governor ticking(AccountLimits limits, FakeScheduler time) {
    AtomicLong renewals = new AtomicLong();
    return new Governor(
        List.of(limits),
        () -> time.nanoTime() + renewals.incrementAndGet() * TICK.toNanos(),
        InstantSource.system());
  }

  /** Whose limit is held. */
  static AccountLimits fixed(int inFlight) {
    Window window = new Window(inFlight, 1, inFlight, false);
    return new AccountLimits(ACCOUNT, Rates.NONE, inFlight, 1, window, LONGEST_CALL);
  }

  static AccountLimits adaptive(Window window) {
    return new AccountLimits(ACCOUNT, Rates.NONE, 0, 1, window, LONGEST_CALL);
  }

  static AccountLimits rated(Rate rate, double perMinute) {
    Window window = new Window(1_000, 1, 1_000, false);
    Rates rates = new Rates(Map.of(rate, perMinute));
    return new AccountLimits(ACCOUNT, rates, 0, 1, window, LONGEST_CALL);
  }
}

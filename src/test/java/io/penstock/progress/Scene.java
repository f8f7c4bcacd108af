package io.penstock.progress;

import io.penstock.cluster.Counts;
import io.penstock.cluster.Counts.Attempts;
import io.penstock.cluster.Counts.Bought;
import io.penstock.limit.AccountLoad;
import java.time.Duration;
import java.util.List;

/** Executors whose counts and clock a test sets. */
final class Scene {
  private static final long PICOS = 1_000_000_000_000L;

  Counts counts = Counts.NONE;
  List<AccountLoad> accounts = List.of();
  private long nanos;

  final RunProgress progress =
      new RunProgress(
          "nightly", new RunProgress.Sources(() -> counts, () -> accounts), () -> nanos);

  long nanos() {
    return nanos;
  }

  void pass(long seconds) {
    nanos += Duration.ofSeconds(seconds).toNanos();
  }

  /** Ten tokens and a cent for each answer, a failed attempt for each request that failed. */
  void count(long answered, long failed) {
    counts =
        new Counts(
            answered,
            failed,
            new Attempts(answered + failed, failed, failed),
            new Bought(7 * answered, 3 * answered, answered * PICOS / 100, 0),
            0,
            failed == 0 ? null : "RATE_LIMITED",
            1);
  }
}

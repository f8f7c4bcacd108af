package io.penstock.cluster;

import io.penstock.cluster.Counts.Attempts;
import io.penstock.cluster.Counts.Bought;

/** What executors tell. */
final class Told {
  private Told() {}

  /** Each answer took ten tokens and two picodollars. */
  static Counts counts(long answered, long failed, long failedAttempts, long firstCallMillis) {
    return new Counts(
        answered,
        failed,
        new Attempts(answered + failedAttempts, failedAttempts, failed),
        new Bought(7 * answered, 3 * answered, 2 * answered, failed),
        0,
        failedAttempts == 0 ? null : "NETWORK",
        firstCallMillis);
  }
}

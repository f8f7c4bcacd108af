package io.penstock.cluster;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What an executor did in the run so far.
 *
 * @param answered requests with a completion
 * @param failed requests without one, for good
 * @param failedAttempts also of requests that were answered later
 * @param lastFailure its kind, null where no attempt failed
 * @param firstCallMillis since the epoch; {@link Long#MAX_VALUE} for none
 */
public record Counts(
    long answered,
    long failed,
    long failedAttempts,
    @Nullable String lastFailure,
    long firstCallMillis)
    implements Serializable {
  public static final Counts NONE = new Counts(0, 0, 0, null, Long.MAX_VALUE);

  /** The sum; the other's last failure goes before this one's. */
  public Counts plus(Counts other) {
    return new Counts(
        answered + other.answered,
        failed + other.failed,
        failedAttempts + other.failedAttempts,
        other.lastFailure == null ? lastFailure : other.lastFailure,
        Math.min(firstCallMillis, other.firstCallMillis));
  }
}

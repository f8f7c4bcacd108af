package io.penstock.cluster;

import io.penstock.domain.Usd;
import java.io.Serializable;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What an executor did in the run so far.
 *
 * @param answered requests with a completion
 * @param failed requests without one, for good
 * @param inFlight calls under way at this moment
 * @param lastFailure kind of the last attempt that failed, null where none did
 * @param firstCallMillis since the epoch; {@link Long#MAX_VALUE} for none
 */
public record Counts(
    long answered,
    long failed,
    Attempts attempts,
    Bought bought,
    int inFlight,
    @Nullable String lastFailure,
    long firstCallMillis)
    implements Serializable {
  public static final Counts NONE =
      new Counts(0, 0, Attempts.NONE, Bought.NOTHING, 0, null, Long.MAX_VALUE);

  /**
   * HTTP requests that have ended.
   *
   * @param failed also of requests that were answered later
   * @param rateLimited refused with 429; of the failed ones
   */
  public record Attempts(long sent, long failed, long rateLimited) implements Serializable {
    public static final Attempts NONE = new Attempts(0, 0, 0);

    Attempts plus(Attempts other) {
      return new Attempts(
          sent + other.sent, failed + other.failed, rateLimited + other.rateLimited);
    }

    Attempts minus(Attempts other) {
      return new Attempts(
          sent - other.sent, failed - other.failed, rateLimited - other.rateLimited);
    }
  }

  /**
   * Tokens of the answers, and money in units of 10^-12 USD, as exact as the store keeps it.
   *
   * @param costPicos of the answers
   * @param wastePicos of what could not be used, or may have been billed
   */
  public record Bought(long inputTokens, long outputTokens, long costPicos, long wastePicos)
      implements Serializable {
    public static final Bought NOTHING = new Bought(0, 0, 0, 0);

    public BigDecimal costUsd() {
      return BigDecimal.valueOf(costPicos, Usd.SCALE);
    }

    public BigDecimal wasteUsd() {
      return BigDecimal.valueOf(wastePicos, Usd.SCALE);
    }

    /** Answers and waste. */
    public BigDecimal spentUsd() {
      return costUsd().add(wasteUsd());
    }

    public Bought plus(Bought other) {
      return new Bought(
          inputTokens + other.inputTokens,
          outputTokens + other.outputTokens,
          costPicos + other.costPicos,
          wastePicos + other.wastePicos);
    }

    Bought minus(Bought other) {
      return new Bought(
          inputTokens - other.inputTokens,
          outputTokens - other.outputTokens,
          costPicos - other.costPicos,
          wastePicos - other.wastePicos);
    }
  }

  /** The sum; the other's last failure goes before this one's. */
  public Counts plus(Counts other) {
    return new Counts(
        answered + other.answered,
        failed + other.failed,
        attempts.plus(other.attempts),
        bought.plus(other.bought),
        inFlight + other.inFlight,
        other.lastFailure == null ? lastFailure : other.lastFailure,
        Math.min(firstCallMillis, other.firstCallMillis));
  }

  /** What has come since the other; all that is not counted stays as it is here. */
  public Counts since(Counts before) {
    return new Counts(
        answered - before.answered,
        failed - before.failed,
        attempts.minus(before.attempts),
        bought.minus(before.bought),
        inFlight,
        lastFailure,
        firstCallMillis);
  }

  /** Without what is of a moment. */
  Counts ended() {
    return new Counts(answered, failed, attempts, bought, 0, lastFailure, firstCallMillis);
  }
}

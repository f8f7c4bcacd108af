package io.penstock.simulator.batch;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * What becomes of a batch that nobody cancels, if the work keeps up with the clock.
 *
 * <p>The first twentieth of its time goes by in validation, the last in finishing; in between its
 * requests are done evenly.
 *
 * @param takes from making it to its end
 * @param window after which it expires if it has not ended
 * @param end COMPLETED, EXPIRED, CANCELLED or FAILED
 * @param requests in the batch
 * @param doable how many of them are done by its end
 */
public record BatchPlan(
    Instant createdAt, Duration takes, Duration window, BatchState end, int requests, int doable) {
  private static final int PARTS = 20;
  private static final int CANCELLING_PARTS = 2;

  /**
   * The plan of a batch that is made now.
   *
   * @param number of the batch, from 1
   */
  public static BatchPlan of(Instant now, BatchOptions options, int requests, long number) {
    BatchOptions.Faults faults = options.faults();
    if (faults.has(BatchFault.EXPIRED, number)) {
      double share = faults.fraction(BatchFault.EXPIRED, number);
      return plan(now, options, BatchState.EXPIRED, requests, share);
    }
    if (faults.has(BatchFault.CANCELLED_BY_PROVIDER, number)) {
      double share = faults.fraction(BatchFault.CANCELLED_BY_PROVIDER, number);
      return plan(now, options, BatchState.CANCELLED, requests, share);
    }
    return plan(now, options, BatchState.COMPLETED, requests, 1);
  }

  /** The plan of a batch whose input is refused. */
  public static BatchPlan failing(Instant now, BatchOptions options) {
    return plan(now, options, BatchState.FAILED, 0, 0);
  }

  private static BatchPlan plan(
      Instant now, BatchOptions options, BatchState end, int requests, double share) {
    int doable = (int) Math.floor(requests * share);
    return new BatchPlan(now, options.takes(), options.window(), end, requests, doable);
  }

  Instant beginsAt() {
    return createdAt.plus(takes.dividedBy(PARTS));
  }

  Instant finalizesAt() {
    return createdAt.plus(takes.minus(takes.dividedBy(PARTS)));
  }

  Instant endsAt() {
    return createdAt.plus(takes);
  }

  /** When the provider gives up on it, whether it gets as far or not. */
  public Instant expiresAt() {
    Duration until = end == BatchState.EXPIRED && takes.compareTo(window) < 0 ? takes : window;
    return createdAt.plus(until);
  }

  /** When a batch has ended whose cancelling began then. */
  Instant cancelledAt(Instant cancelling) {
    return cancelling.plus(takes.dividedBy(PARTS).multipliedBy(CANCELLING_PARTS));
  }

  /** How many requests are done by then. */
  int due(Instant now) {
    long span = micros(beginsAt(), finalizesAt());
    long passed = micros(beginsAt(), now);
    if (now.isBefore(beginsAt())) {
      return 0;
    }
    return passed >= span ? doable : (int) ((double) doable * passed / span);
  }

  private static long micros(Instant from, Instant to) {
    return ChronoUnit.MICROS.between(from, to);
  }
}

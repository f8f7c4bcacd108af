package io.penstock.limit;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What an executor does by itself about refusals, until the driver has heard of them: it keeps to
 * what the provider has just accepted, or waits. Confined to its limiter's lock.
 */
final class Brake {
  /** No executor waits longer by itself; the driver's pause begins above it (issue of 2026-11). */
  static final Duration LONGEST_HOLD = Duration.ofSeconds(120);

  /** Where a provider that counts by the minute does not say how long to wait. */
  private static final Duration UNSAID_HOLD = Duration.ofSeconds(1);

  /** As {@code RetryPolicy}'s first step. */
  private static final Duration FIRST_BACKOFF = Duration.ofMillis(500);

  /** The driver's interval between probes. */
  private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(5);

  private static final int MAX_DOUBLINGS = 4;

  /**
   * Single ones come from one bad machine of many: half of them within a few per cent are noise.
   */
  private static final int OVERLOADS_THAT_COUNT = 3;

  private double ceiling = Double.POSITIVE_INFINITY;
  private boolean ceilingDoubles;
  private int inARow;
  private int backoffs;
  private long holdUntilNanos;
  private long toldUntilNanos;
  private long orderedUntilNanos;
  private long backoffUntilNanos;

  Brake(long nowNanos) {
    holdUntilNanos = nowNanos;
    toldUntilNanos = nowNanos;
    orderedUntilNanos = nowNanos;
    backoffUntilNanos = nowNanos;
  }

  /** At most so many calls under way. */
  int ceiling(int permits) {
    return (int) Math.min(permits, ceiling);
  }

  int inARow() {
    return inARow;
  }

  /** 0 where nothing is held. */
  long heldNanos(long nowNanos) {
    return Math.max(0, Math.max(holdUntilNanos - nowNanos, backoffUntilNanos - nowNanos));
  }

  /**
   * What the whole cluster should wait, for a report; the answer to it replaces this wait. What the
   * driver has ordered it knows: told back it would grow by the way of each message.
   */
  long tellHeldNanos(long nowNanos) {
    toldUntilNanos = holdUntilNanos;
    return holdUntilNanos == orderedUntilNanos ? 0 : Math.max(0, holdUntilNanos - nowNanos);
  }

  /** The driver's word, which knows of what was told. */
  void hold(long untilNanos) {
    boolean known = holdUntilNanos == toldUntilNanos;
    if (known || untilNanos - holdUntilNanos > 0) {
      holdUntilNanos = untilNanos;
      toldUntilNanos = untilNanos;
      orderedUntilNanos = untilNanos;
    }
  }

  void release() {
    ceiling = Double.POSITIVE_INFINITY;
    backoffs = 0;
    backoffUntilNanos = holdUntilNanos;
  }

  /** Each round of successes lets one more begin, or twice as many after an overload. */
  void succeeded() {
    inARow = 0;
    backoffs = 0;
    ceiling += ceilingDoubles ? 1 : 1 / ceiling;
  }

  /**
   * @param accepted calls under way beside the refused one
   */
  void refused(Refusal why, int accepted, @Nullable Duration retryAfter, long nowNanos) {
    inARow++;
    switch (why) {
      case TOO_FAST -> holdFor(retryAfter == null ? UNSAID_HOLD : retryAfter, nowNanos);
      case TOO_MANY -> {
        lower(accepted, false);
        if (accepted == 0) {
          backoffUntilNanos = nowNanos + backoff(nowNanos).toNanos();
        }
      }
      case OVERLOADED -> {
        if (inARow >= OVERLOADS_THAT_COUNT) {
          lower(accepted, true);
          Duration own = backoff(nowNanos);
          holdFor(retryAfter == null || retryAfter.compareTo(own) < 0 ? own : retryAfter, nowNanos);
        }
      }
      default -> throw new IllegalArgumentException("No treatment for " + why);
    }
  }

  private void lower(int accepted, boolean doubles) {
    ceiling = Math.min(ceiling, Math.max(1, accepted));
    ceilingDoubles = doubles;
  }

  /** Longer each time; refusals of calls that began before the wait did do not prolong it. */
  private Duration backoff(long nowNanos) {
    if (heldNanos(nowNanos) > 0) {
      return Duration.ofNanos(heldNanos(nowNanos));
    }
    Duration step = FIRST_BACKOFF.multipliedBy(1L << Math.min(backoffs++, MAX_DOUBLINGS));
    return step.compareTo(LONGEST_BACKOFF) > 0 ? LONGEST_BACKOFF : step;
  }

  private void holdFor(Duration wait, long nowNanos) {
    long nanos = wait.compareTo(LONGEST_HOLD) > 0 ? pauseNanos() : wait.toNanos();
    if (nowNanos + nanos - holdUntilNanos > 0) {
      holdUntilNanos = nowNanos + nanos;
    }
  }

  /** Just more than the longest: the driver makes a pause of it. */
  private static long pauseNanos() {
    return LONGEST_HOLD.plusSeconds(1).toNanos();
  }
}

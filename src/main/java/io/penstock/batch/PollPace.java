package io.penstock.batch;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/**
 * When a batch is asked for next: after the interval, later each time that nothing has changed, up
 * to ten times as late. Confined to one thread.
 */
final class PollPace {
  private static final int MOST_INTERVALS = 10;
  private static final double GROWTH = 1.5;

  /** Part of the wait by which it varies, so that many batches are not asked for at once. */
  private static final double JITTER = 0.2;

  private final Duration interval;
  private final RandomGenerator random;
  private double intervals = 1;
  private Instant due;

  /**
   * @param due of the first time
   */
  PollPace(Duration interval, RandomGenerator random, Instant due) {
    this.interval = interval;
    this.random = random;
    this.due = due;
  }

  Instant due() {
    return due;
  }

  boolean isDue(Instant now) {
    return !now.isBefore(due);
  }

  void asked(Instant now, boolean hasChanged) {
    intervals = hasChanged ? 1 : Math.min(MOST_INTERVALS, intervals * GROWTH);
    double factor = intervals * (1 - JITTER / 2 + JITTER * random.nextDouble());
    due = now.plusNanos((long) (interval.toNanos() * factor));
  }

  void now(Instant now) {
    due = now;
  }

  /** Something was done to it. */
  void askSoon(Instant now) {
    intervals = 1;
    due = now.plus(interval);
  }
}

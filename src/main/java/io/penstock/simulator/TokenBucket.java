package io.penstock.simulator;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A token bucket: full at the start, refilled without steps at a rate per minute. Counts exactly,
 * in whole numbers of what the slowest rate brings in a microsecond. Not thread-safe: confined to
 * its gate's lock.
 */
final class TokenBucket {
  private static final Duration MICROSECOND = ChronoUnit.MICROS.getDuration();

  /** Units that one request or token is worth: the microseconds of a minute. */
  private static final long UNITS = ChronoUnit.MINUTES.getDuration().dividedBy(MICROSECOND);

  /** More than any request is worth, and little enough to be counted in units. */
  private static final long LARGEST_AMOUNT = 10 * SimulatorLimits.MOST;

  private long perMinute;
  private long capacity;
  private long level;
  private long filledAtMicros;

  /**
   * @param burst time that the rate takes to fill the bucket, which holds at least 1 though
   */
  TokenBucket(long perMinute, Duration burst, Instant now) {
    size(perMinute, burst);
    level = capacity;
    filledAtMicros = micros(now);
  }

  /**
   * What a bucket tells its users. Like the providers, which enforce a rate per minute in shorter
   * spans, it speaks as if it held a minute of its rate: so limit, remaining and time until full
   * always fit together, and a short bucket refuses before nothing remains.
   *
   * @param perMinute the rate
   * @param remaining whole ones of a minute's; 0 also where more than that is used
   * @param untilFull zero for a full one
   */
  record Level(long perMinute, long remaining, Duration untilFull) {}

  private void size(long perMinute, Duration burst) {
    this.perMinute = perMinute;
    capacity = Math.max(UNITS, perMinute * burst.dividedBy(MICROSECOND));
  }

  /** Changes rate and size; what has been taken stays taken. */
  void resize(long perMinute, Duration burst, Instant now) {
    refill(now);
    size(perMinute, burst);
    level = Math.min(level, capacity);
  }

  /**
   * How long it takes until the amount can be taken; zero where it can be now. More than the bucket
   * holds can be taken when it is full.
   */
  Duration untilFits(long amount, Instant now) {
    refill(now);
    return timeToGain(Math.min(units(amount), capacity) - level);
  }

  /** Takes without asking; the bucket may be overdrawn. */
  void take(long amount, Instant now) {
    refill(now);
    level -= units(amount);
  }

  void giveBack(long amount, Instant now) {
    refill(now);
    level = Math.min(capacity, level + units(amount));
  }

  Level level(Instant now) {
    refill(now);
    long used = ceilDiv(capacity - level, UNITS);
    return new Level(perMinute, Math.max(0, perMinute - used), timeToGain(capacity - level));
  }

  long perMinute() {
    return perMinute;
  }

  /** What a minute's rate would have to have lost for what is left; at least 0. */
  long used(Instant now) {
    refill(now);
    return Math.max(0, perMinute - Math.floorDiv(level, UNITS));
  }

  private static long units(long amount) {
    return Math.min(amount, LARGEST_AMOUNT) * UNITS;
  }

  private Duration timeToGain(long missing) {
    return missing <= 0
        ? Duration.ZERO
        : Duration.of(ceilDiv(missing, perMinute), ChronoUnit.MICROS);
  }

  /** A clock that was set back brings nothing and takes nothing. */
  private void refill(Instant now) {
    long nowMicros = micros(now);
    long elapsed = Math.max(0, nowMicros - filledAtMicros);
    filledAtMicros = nowMicros;
    boolean full = elapsed >= ceilDiv(capacity - level, perMinute);
    level = full ? capacity : level + elapsed * perMinute;
  }

  private static long ceilDiv(long dividend, long divisor) {
    return -Math.floorDiv(-dividend, divisor);
  }

  private static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }
}

package io.penstock.limit;

import io.penstock.limit.Allowance.Share;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An executor's part of an account's rates, saved up as time goes by. What was not used beyond the
 * burst is gone: nothing is caught up after a stall. Confined to its limiter's lock.
 */
final class Pace {
  /** Sums of doubles miss by less. */
  private static final double ROUNDING = 1e-9;

  private static final double NANOS_PER_SECOND = 1e9;

  private final Map<Rate, Bucket> buckets = new EnumMap<>(Rate.class);
  private final Map<Rate, MinutePeak> largest = new EnumMap<>(Rate.class);
  private long filledNanos;

  private static final class Bucket {
    final long bornNanos;
    Share share;
    double level;

    Bucket(Share share, long bornNanos) {
      this.share = share;
      this.bornNanos = bornNanos;
    }

    void fill(double seconds) {
      if (level < share.burst()) {
        level = Math.min(share.burst(), level + seconds * share.perSecond());
      }
    }

    /** A need above the burst waits for a full bucket, and leaves a debt. */
    double missing(long need) {
      double wanted = share.burst() == 0 ? need : Math.min(need, share.burst());
      return need == 0 ? 0 : wanted - level - ROUNDING;
    }
  }

  Pace(long nowNanos) {
    filledNanos = nowNanos;
    for (Rate rate : Rate.values()) {
      largest.put(rate, new MinutePeak(nowNanos));
    }
  }

  /**
   * A rate that is new here begins with nothing; one that is not in it any more has no limit. What
   * calls gave back and nobody has used by now is not saved up beyond the burst either.
   */
  void share(Map<Rate, Share> shares, long nowNanos) {
    fill(nowNanos);
    buckets.keySet().retainAll(shares.keySet());
    shares.forEach(
        (rate, share) -> {
          Bucket bucket = buckets.computeIfAbsent(rate, unknown -> new Bucket(share, nowNanos));
          bucket.share = share;
          bucket.level = Math.min(share.perSecond() == 0 ? 0 : share.burst(), bucket.level);
        });
  }

  /**
   * Nanoseconds until an attempt may begin, 0 for now; {@link Long#MAX_VALUE} where only another
   * share can help.
   */
  long nanosUntil(Need need, long nowNanos) {
    fill(nowNanos);
    long wait = 0;
    for (Map.Entry<Rate, Bucket> each : buckets.entrySet()) {
      Bucket bucket = each.getValue();
      double missing = bucket.missing(need.of(each.getKey()));
      if (missing > 0) {
        double seconds = missing / bucket.share.perSecond();
        // dividing by zero brings infinity, which becomes the largest long
        wait = Math.max(wait, (long) Math.ceil(seconds * NANOS_PER_SECOND));
      }
    }
    return wait;
  }

  void take(Need need) {
    buckets.forEach((rate, bucket) -> bucket.level -= need.of(rate));
    largest.forEach((rate, peak) -> peak.add(need.of(rate), filledNanos));
  }

  /**
   * Needs of the calls that began within the last minute or two, and of the next one: an earlier
   * one says nothing of what must be saved up now.
   *
   * @param next that waits for its turn, null where none does
   */
  Map<Rate, Long> largest(@Nullable Need next, long nowNanos) {
    Map<Rate, Long> needs = new EnumMap<>(Rate.class);
    largest.forEach(
        (rate, peak) -> {
          peak.add(next == null ? 0 : next.of(rate), nowNanos);
          needs.put(rate, (long) peak.value());
        });
    return needs;
  }

  /**
   * Corrects what was taken by what was used in the end. Of a rate that was not known yet nothing
   * was taken.
   */
  void settle(Need taken, Need used, long takenNanos) {
    buckets.forEach(
        (rate, bucket) -> {
          if (takenNanos - bucket.bornNanos >= 0) {
            bucket.level += taken.of(rate) - used.of(rate);
          }
        });
  }

  /** After a time without an allowance: the share of it was others'. */
  void forgetSavings(long nowNanos) {
    fill(nowNanos);
    buckets.values().forEach(bucket -> bucket.level = Math.min(0, bucket.level));
  }

  private void fill(long nowNanos) {
    if (!buckets.isEmpty()) {
      double seconds = (nowNanos - filledNanos) / NANOS_PER_SECOND;
      buckets.values().forEach(bucket -> bucket.fill(seconds));
    }
    filledNanos = nowNanos;
  }
}

package io.penstock.limit;

import java.time.Duration;

/**
 * How many calls of an account may be under way in the cluster: grows while it is in use, is cut
 * when the provider refuses (additive increase, multiplicative decrease). Confined to its
 * governor's lock.
 *
 * <p>Until the first refusal each success lets one more call begin, so the limit doubles in the
 * time of a call (slow start, RFC 5681 section 3.1). After a cut it grows by a constant step in
 * that time, so that what was cut is back after {@link #ROUNDS_TO_REGAIN} of it. A provider that
 * has more to give than before is found out by a step that doubles, once the limit has been
 * regained and passed without a refusal (as CUBIC's growth beyond the last maximum, RFC 9438
 * section 4).
 */
final class AdaptiveLimit {
  /**
   * Share of the limit that must have been in use before it grows; below it the limit was never
   * tested. Between TCP's rule, which grows only when all of the window is used (RFC 7661), and
   * Netflix's concurrency-limits, which asks for half.
   */
  static final double SATURATION = 0.8;

  /**
   * What a cut leaves. Of a saw-tooth between this share and the whole the mean is 0.925; TCP's 0.5
   * and CUBIC's 0.7 guard a network's queues, which a provider that refuses at once does not have.
   * Netflix's AIMD limit takes 0.9.
   */
  static final double CUT = 0.85;

  /**
   * No second cut within this time: refusals that come meanwhile are of calls that began before the
   * cut was known to every executor, two renewals later.
   */
  static final Duration COOLDOWN = Duration.ofSeconds(2);

  /** Times of a call after which a cut is regained: seldom enough to refuse few. */
  static final int ROUNDS_TO_REGAIN = 8;

  /** Times of a call without a refusal after which the step doubles, beyond the last maximum. */
  static final int ROUNDS_TO_DOUBLE = 4;

  /** More failures than this share of the attempts, and growing would make it worse. */
  static final double UNHEALTHY_SHARE = 0.05;

  private double limit;
  private double least = 1;
  private double most = 1;
  private boolean slowStart = true;
  private double step = 1;
  private double roundsSinceCut;
  private boolean succeededSinceCut = true;
  private long cutNanos;

  AdaptiveLimit(long nowNanos) {
    cutNanos = nowNanos - COOLDOWN.toNanos();
  }

  int current() {
    return (int) limit;
  }

  /**
   * @param first where an untested limit starts
   */
  void bound(int least, int first, int most) {
    this.least = least;
    this.most = most;
    limit = Math.min(most, Math.max(slowStart ? first : least, limit));
  }

  /** Successes that came while so many calls were under way. */
  void succeeded(long count, int inFlight) {
    succeededSinceCut |= count > 0;
    if (inFlight < SATURATION * limit) {
      return;
    }
    double rounds = count / limit;
    roundsSinceCut += limit < most ? rounds : 0; // at the bound nothing more was tested
    limit = Math.min(most, limit + (slowStart ? count : rounds * stepNow()));
  }

  private double stepNow() {
    double beyond = Math.max(0, roundsSinceCut - ROUNDS_TO_REGAIN);
    return step * Math.pow(2, Math.floor(beyond / ROUNDS_TO_DOUBLE));
  }

  /** Cuts, unless this refusal belongs to the episode of the last cut. */
  boolean refused(long nowNanos) {
    boolean sameEpisode = nowNanos - cutNanos < COOLDOWN.toNanos() || !succeededSinceCut;
    roundsSinceCut = Math.min(roundsSinceCut, ROUNDS_TO_REGAIN);
    slowStart = false;
    if (sameEpisode) {
      return false;
    }
    double left = Math.max(least, limit * CUT);
    step = Math.max(1, (limit - left) / ROUNDS_TO_REGAIN);
    limit = left;
    roundsSinceCut = 0;
    succeededSinceCut = false;
    cutNanos = nowNanos;
    return true;
  }
}

package io.penstock.simulator;

import io.penstock.simulator.Refusal.Reason;
import io.penstock.simulator.TokenBucket.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Admits or refuses the requests to one model, by the limits in force. Thread-safe: one lock, never
 * held over I/O, and none at all where no limit is set.
 */
final class ModelGate {
  /** The rate that a refusal names where none is set. */
  private static final long PRETENDED_PER_MINUTE = 60;

  private final InstantSource clock;
  private final AtomicLong inFlight = new AtomicLong();
  private volatile SimulatorLimits limits;
  private @Nullable TokenBucket requests;
  private @Nullable TokenBucket tokens;

  ModelGate(SimulatorLimits limits, InstantSource clock) {
    this.clock = clock;
    this.limits = SimulatorLimits.NONE;
    change(limits);
  }

  /** {@link Admission} or {@link Refusal}. */
  sealed interface Decision permits Admission, Refusal {}

  /**
   * How full the buckets are; null for one that is not limited.
   *
   * @param tokens input and output together
   */
  record Standing(@Nullable Level requests, @Nullable Level tokens) {
    static final Standing UNLIMITED = new Standing(null, null);

    boolean isUnlimited() {
      return requests == null && tokens == null;
    }
  }

  /** Requests in flight stay, also where the new limits would not have let them in. */
  synchronized void change(SimulatorLimits limits) {
    Instant now = clock.instant();
    this.limits = limits;
    requests = changed(requests, limits.requestsPerMinute(), limits.burst(), now);
    tokens = changed(tokens, limits.tokensPerMinute(), limits.burst(), now);
  }

  private static @Nullable TokenBucket changed(
      @Nullable TokenBucket bucket, @Nullable Long perMinute, Duration burst, Instant now) {
    if (perMinute == null) {
      return null;
    }
    if (bucket == null) {
      return new TokenBucket(perMinute, burst, now);
    }
    bucket.resize(perMinute, burst, now);
    return bucket;
  }

  /**
   * @param mostTokens of input and output that the request can use; asked only where tokens are
   *     limited
   */
  Decision admit(LongSupplier mostTokens) {
    SimulatorLimits inForce = limits;
    if (inForce.isNone()) {
      inFlight.incrementAndGet();
      return new Admission(null, 0, Standing.UNLIMITED);
    }
    return admitWithin(inForce.tokensPerMinute() == null ? 0 : mostTokens.getAsLong());
  }

  private synchronized Decision admitWithin(long mostTokens) {
    Instant now = clock.instant();
    Long most = limits.maxInFlight();
    if (most != null && inFlight.get() >= most) {
      return new Refusal(Reason.IN_FLIGHT, most, inFlight.get(), 1, Duration.ZERO);
    }
    Refusal refusal = refusal(Reason.REQUESTS, requests, 1, now);
    if (refusal == null) {
      refusal = refusal(Reason.TOKENS, tokens, mostTokens, now);
    }
    return refusal == null ? take(mostTokens, now) : refusal;
  }

  private static @Nullable Refusal refusal(
      Reason reason, @Nullable TokenBucket bucket, long amount, Instant now) {
    Duration wait = bucket == null ? Duration.ZERO : bucket.untilFits(amount, now);
    if (bucket == null || wait.isZero()) {
      return null;
    }
    return new Refusal(reason, bucket.perMinute(), bucket.used(now), amount, wait);
  }

  private Admission take(long mostTokens, Instant now) {
    if (requests != null) {
      requests.take(1, now);
    }
    if (tokens != null) {
      tokens.take(mostTokens, now);
    }
    inFlight.incrementAndGet();
    return new Admission(tokens, mostTokens, standing(now));
  }

  /** Requests that were admitted and not released. */
  long inFlight() {
    return inFlight.get();
  }

  Standing standing() {
    if (limits.isNone()) {
      return Standing.UNLIMITED;
    }
    synchronized (this) {
      return standing(clock.instant());
    }
  }

  private Standing standing(Instant now) {
    return new Standing(
        requests == null ? null : requests.level(now), tokens == null ? null : tokens.level(now));
  }

  /** A refusal for too many requests per minute whatever the bucket holds. */
  Refusal pretendedRefusal() {
    Long set = limits.requestsPerMinute();
    long perMinute = set == null ? PRETENDED_PER_MINUTE : set;
    Duration wait = SimulatorLimits.WHOLE_MINUTE.dividedBy(perMinute);
    return new Refusal(Reason.REQUESTS, perMinute, perMinute, 1, wait);
  }

  /** A request's place among those in flight, and its tokens. To be released once. */
  final class Admission implements Decision {
    private final @Nullable TokenBucket bucket;
    private final long reservedTokens;
    private final Standing standing;
    private volatile long usedTokens;

    private Admission(@Nullable TokenBucket bucket, long reservedTokens, Standing standing) {
      this.bucket = bucket;
      this.reservedTokens = reservedTokens;
      this.standing = standing;
    }

    /** The buckets right after this request was let in. */
    Standing standing() {
      return standing;
    }

    /** What is not used goes back when the request is released; nothing is, unless told. */
    void uses(long tokens) {
      usedTokens = tokens;
    }

    void release() {
      inFlight.decrementAndGet();
      if (bucket != null && usedTokens < reservedTokens) {
        synchronized (ModelGate.this) {
          bucket.giveBack(reservedTokens - usedTokens, clock.instant());
        }
      }
    }
  }
}

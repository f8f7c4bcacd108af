package io.penstock.limit;

import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A provider on a clock that is turned by hand: accepts, or refuses at once. */
final class RateServer {
  private static final double NANOS_PER_SECOND = 1e9;

  /** From the client to the server and back, without any work. */
  private static final Duration WAY = Duration.ofMillis(2);

  private final FakeScheduler time;
  private final Duration latency;
  int maxInFlight = Integer.MAX_VALUE;
  double requestsPerSecond = Double.POSITIVE_INFINITY;
  double burst = Double.POSITIVE_INFINITY;
  @Nullable Refusal refuseAll;
  int answered;
  int refused;
  int inFlight;
  double inFlightSeconds;
  private double level;
  private long lastNanos;

  RateServer(FakeScheduler time, Duration latency) {
    this.time = time;
    this.latency = latency;
    lastNanos = time.nanoTime();
  }

  void limitRate(double perSecond, double bucket) {
    requestsPerSecond = perSecond;
    burst = bucket;
    level = bucket;
  }

  /**
   * @param answer null: answered, else why not
   */
  void call(Consumer<@Nullable Refusal> answer) {
    advance();
    Refusal refusal = judge();
    if (refusal != null) {
      refused++;
      time.after(WAY, () -> answer.accept(refusal));
      return;
    }
    inFlight++;
    time.after(
        latency,
        () -> {
          advance();
          inFlight--;
          answered++;
          time.after(WAY, () -> answer.accept(null));
        });
  }

  void advance() {
    double seconds = (time.nanoTime() - lastNanos) / NANOS_PER_SECOND;
    inFlightSeconds += seconds * inFlight;
    if (!Double.isInfinite(burst)) {
      level = Math.min(burst, level + seconds * requestsPerSecond);
    }
    lastNanos = time.nanoTime();
  }

  private @Nullable Refusal judge() {
    if (refuseAll != null) {
      return refuseAll;
    }
    if (inFlight >= maxInFlight) {
      return Refusal.TOO_MANY;
    }
    if (!Double.isInfinite(burst)) {
      if (level < 1) {
        return Refusal.TOO_FAST;
      }
      level--;
    }
    return null;
  }
}

package io.penstock.inference;

import io.penstock.provider.Pressure;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides by kind of failure whether a row is tried again, and when. Thread-safe if its random
 * generator is.
 *
 * <p>Refusals before work began are bounded by the row's deadline only; attempts that were begun by
 * their number; those that may have been billed by a smaller number. A row that was refused for the
 * account's limits goes back to the limiter soon: when it may begin is decided there, for all rows
 * together.
 */
public final class RetryPolicy {
  /**
   * First step of the exponential backoff; the SDKs of OpenAI and Anthropic use 0.5 s (read
   * 2026-08).
   */
  private static final Duration BASE = Duration.ofMillis(500);

  /**
   * Largest step. The SDKs stop at 8 s because they try twice; a batch job that meets an overload
   * of minutes should ask less often, and half a minute costs a row little of its deadline.
   */
  private static final Duration CAP = Duration.ofSeconds(30);

  /** Steps after which the cap is reached whatever the base. */
  private static final int MAX_DOUBLINGS = 10;

  private final Bounds bounds;
  private final RandomGenerator random;

  /**
   * @param maxAttempts attempts that were begun
   * @param maxPaidAttempts attempts that may have been billed without a usable answer
   * @param rowDeadline from the first attempt
   */
  public record Bounds(int maxAttempts, int maxPaidAttempts, Duration rowDeadline) {}

  /**
   * What a row has behind it, the attempt that just failed included.
   *
   * @param attempts HTTP requests sent, refusals included
   * @param begun attempts that were not refused
   * @param paid attempts that may have been billed
   */
  public record History(int attempts, int begun, int paid, Duration elapsed) {
    static final History NONE = new History(0, 0, 0, Duration.ZERO);

    History with(ProviderException failure, Duration newElapsed) {
      boolean refused = failure.billing() == Billing.REFUSED;
      boolean mayBeBilled =
          failure.billing() == Billing.POSSIBLE || failure.billing() == Billing.BILLED;
      return new History(
          attempts + 1, begun + (refused ? 0 : 1), paid + (mayBeBilled ? 1 : 0), newElapsed);
    }
  }

  public RetryPolicy(Bounds bounds, RandomGenerator random) {
    this.bounds = bounds;
    this.random = random;
  }

  /** How long to wait before the next attempt; empty: the row fails. */
  public Optional<Duration> delayAfter(ProviderException failure, History history) {
    if (failure.isSuperseded()) {
      boolean inTime = history.elapsed().compareTo(bounds.rowDeadline()) <= 0;
      return inTime ? Optional.of(Duration.ZERO) : Optional.empty();
    }
    boolean exhausted =
        history.begun() >= bounds.maxAttempts() || history.paid() >= bounds.maxPaidAttempts();
    if (!failure.kind().isTransient() || exhausted) {
      return Optional.empty();
    }
    Duration delay =
        failure.pressure() == Pressure.NONE
            ? delay(history.attempts(), failure.details().retryAfter())
            : uniform(BASE);
    Duration asked = failure.details().retryAfter();
    Duration least = asked == null || asked.compareTo(delay) < 0 ? delay : asked;
    boolean tooLate = history.elapsed().plus(least).compareTo(bounds.rowDeadline()) > 0;
    return tooLate ? Optional.empty() : Optional.of(delay);
  }

  /** Full jitter: uniform between nothing and the step, on top of what the provider asks for. */
  private Duration delay(int attempts, @Nullable Duration retryAfter) {
    Duration step = BASE.multipliedBy(1L << Math.min(attempts - 1, MAX_DOUBLINGS));
    Duration capped = step.compareTo(CAP) > 0 ? CAP : step;
    Duration jitter = uniform(capped);
    return retryAfter == null ? jitter : retryAfter.plus(jitter);
  }

  private Duration uniform(Duration step) {
    return Duration.ofNanos((long) (random.nextDouble() * step.toNanos()));
  }

  Duration rowDeadline() {
    return bounds.rowDeadline();
  }
}

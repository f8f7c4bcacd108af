package io.penstock.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.FailureKind;
import io.penstock.domain.TokenUsage;
import io.penstock.inference.RetryPolicy.Bounds;
import io.penstock.inference.RetryPolicy.History;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class RetryPolicyTest {
  private static final Bounds BOUNDS = new Bounds(6, 2, Duration.ofHours(1));
  private static final History FIRST = new History(1, 1, 0, Duration.ZERO);

  /** A generator of one number. */
  private record Always(double value) implements RandomGenerator {
    @Override
    public long nextLong() {
      throw new UnsupportedOperationException("only doubles");
    }

    @Override
    public double nextDouble() {
      return value;
    }
  }

  @ParameterizedTest
  @EnumSource(FailureKind.class)
  void onlyTransientKindsAreTriedAgain(FailureKind kind) {
    ProviderException failure = Failures.of(kind, Billing.NOT_BILLED, 500);

    assertThat(policy(0.5).delayAfter(failure, FIRST).isPresent()).isEqualTo(kind.isTransient());
  }

  @Test
  void aReplacedKeyIsTriedAtOnceUntilTheRowsDeadline() {
    ProviderException replaced = Failures.authentication().superseded();
    Duration deadline = Duration.ofHours(1);

    assertThat(policy(0.5).delayAfter(replaced, new History(9, 6, 2, deadline)))
        .contains(Duration.ZERO);
    assertThat(policy(0.5).delayAfter(replaced, new History(9, 0, 0, deadline.plusMillis(1))))
        .isEmpty();
  }

  @Test
  void begunAttemptsAreBoundedByTheirNumber() {
    RetryPolicy policy = policy(0.5);

    assertThat(policy.delayAfter(Failures.serverError(), new History(9, 5, 0, Duration.ZERO)))
        .isPresent();
    assertThat(policy.delayAfter(Failures.serverError(), new History(9, 6, 0, Duration.ZERO)))
        .isEmpty();
  }

  @Test
  void attemptsThatMayHaveBeenBilledAreBoundedByASmallerNumber() {
    RetryPolicy policy = policy(0.5);

    assertThat(policy.delayAfter(Failures.timeout(), new History(1, 1, 1, Duration.ZERO)))
        .isPresent();
    assertThat(policy.delayAfter(Failures.timeout(), new History(2, 2, 2, Duration.ZERO)))
        .isEmpty();
  }

  @Test
  void refusalsAreBoundedByTheDeadlineOnly() {
    RetryPolicy policy = policy(0);
    Duration deadline = BOUNDS.rowDeadline();

    assertThat(policy.delayAfter(Failures.rateLimited(), new History(10_000, 0, 0, deadline)))
        .contains(Duration.ZERO);
    assertThat(
            policy.delayAfter(
                Failures.rateLimited(), new History(10_000, 0, 0, deadline.plusNanos(1))))
        .isEmpty();
  }

  @Test
  void aDelayThatEndsAfterTheDeadlineIsNotWaitedFor() {
    History late = new History(1, 0, 0, Duration.ofMinutes(59));

    assertThat(policy(0).delayAfter(Failures.rateLimited(Duration.ofSeconds(60)), late))
        .contains(Duration.ZERO);
    assertThat(policy(0).delayAfter(Failures.rateLimited(Duration.ofSeconds(61)), late)).isEmpty();
  }

  @Test
  void whatTheProviderAsksForIsAddedToTheJitter() {
    ProviderException failure =
        Failures.of(FailureKind.SERVER_ERROR, Billing.NOT_BILLED, 500)
            .with("later", ProviderException.Details.retryAfter(Duration.ofSeconds(20)));

    Optional<Duration> delay = policy(0.5).delayAfter(failure, FIRST);

    assertThat(delay).contains(Duration.ofMillis(20_250)); // half of the first step of 500 ms
  }

  @Test
  void aRefusalForTheAccountsLimitsIsLeftToTheLimiter() {
    Optional<Duration> delay =
        policy(0.5).delayAfter(Failures.rateLimited(Duration.ofSeconds(20)), FIRST);

    assertThat(delay).contains(Duration.ofMillis(250)); // all rows wait together there
  }

  @ParameterizedTest
  @CsvSource({
    // attempts so far, the step in milliseconds: 500 doubled each time, at most 30 s
    "1,500",
    "2,1000",
    "3,2000",
    "4,4000",
    "5,8000",
    "6,16000",
    "7,30000",
    "8,30000",
    "100,30000",
    "2000000000,30000"
  })
  void theJitterIsUniformUpToAStepThatDoubles(int attempts, long stepMillis) {
    History history = new History(attempts, 1, 0, Duration.ZERO);

    assertThat(policy(0).delayAfter(Failures.serverError(), history)).contains(Duration.ZERO);
    assertThat(policy(0.5).delayAfter(Failures.serverError(), history))
        .contains(Duration.ofMillis(stepMillis / 2));
    assertThat(policy(Math.nextDown(1.0)).delayAfter(Failures.serverError(), history))
        .hasValueSatisfying(
            delay -> assertThat(delay).isLessThanOrEqualTo(Duration.ofMillis(stepMillis)));
  }

  @Test
  void theHistoryCountsByWhatAnAttemptMayHaveCost() {
    History history =
        History.NONE
            .with(Failures.rateLimited(), Duration.ofSeconds(1))
            .with(Failures.serverError(), Duration.ofSeconds(2))
            .with(Failures.timeout(), Duration.ofSeconds(3))
            .with(Failures.billed(TokenUsage.of(1, 1)), Duration.ofSeconds(4));

    assertThat(history).isEqualTo(new History(4, 3, 2, Duration.ofSeconds(4)));
  }

  private static RetryPolicy policy(double random) {
    return new RetryPolicy(BOUNDS, new Always(random));
  }
}

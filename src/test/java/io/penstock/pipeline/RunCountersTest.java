package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.penstock.cluster.CallMeter;
import io.penstock.cluster.Counts;
import io.penstock.cluster.Counts.Attempts;
import io.penstock.domain.Completion;
import io.penstock.domain.FailureKind;
import io.penstock.domain.Fingerprint;
import io.penstock.domain.FinishReason;
import io.penstock.domain.InferenceOutcome.Completed;
import io.penstock.domain.InferenceOutcome.Effort;
import io.penstock.domain.InferenceOutcome.Failed;
import io.penstock.domain.InferenceOutcome.Waste;
import io.penstock.domain.ModelSettings;
import io.penstock.domain.Network;
import io.penstock.domain.ProviderEndpoint;
import io.penstock.domain.TokenUsage;
import io.penstock.domain.Usd;
import io.penstock.pricing.ModelPrice;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.ProviderException.Details;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RunCountersTest {
  private static final Fingerprint REQUEST = Fingerprint.of(new byte[Fingerprint.BYTES]);
  private static final ProviderEndpoint ENDPOINT =
      new ProviderEndpoint(
          "ours",
          "openai",
          "openai",
          "http://x/v1",
          "max_tokens",
          null,
          Duration.ofSeconds(30),
          Network.PLAIN);

  /** One and ten USD for a million tokens. */
  private static final ModelPricing PRICING =
      new ModelPricing(
          new ModelSettings("small", ENDPOINT, "gpt", 100, "{}", "{}"),
          new ModelPrice(
              new ModelPrice.Rates(BigDecimal.ONE, null, null, null, BigDecimal.TEN),
              List.of(),
              null,
              null));

  private final MetricRegistry registry = new MetricRegistry();
  private final RunCounters counters = new RunCounters(new CallMeter(registry));

  private static Effort effort(int attempts, Waste waste) {
    return new Effort(attempts, 0, 250, waste);
  }

  private static Completed answer(Waste waste) {
    Completion completion =
        new Completion(
            "yes", null, FinishReason.STOP, "stop", null, null, TokenUsage.of(30, 7), false);
    return new Completed(REQUEST, completion, effort(1, waste));
  }

  private static Failed failure(FailureKind kind, int attempts, Waste waste) {
    return new Failed(REQUEST, kind, "", "", effort(attempts, waste));
  }

  private static ProviderException refused(FailureKind kind, int status) {
    return new ProviderException(kind, Billing.REFUSED, status, "", Details.NONE);
  }

  @Test
  void anAnswerCountsItsTokensItsCostAndWhatWentToWasteBefore() {
    counters.ended(answer(new Waste(Usd.of("0.000001"), Usd.of("0.000002"))), PRICING);

    Counts counts = counters.counts(5);
    assertThat(counts.answered()).isEqualTo(1);
    assertThat(counts.inFlight()).isEqualTo(5);
    assertThat(counts.bought().inputTokens()).isEqualTo(30);
    assertThat(counts.bought().outputTokens()).isEqualTo(7);
    assertThat(counts.bought().costUsd()).isEqualByComparingTo("0.0001");
    assertThat(counts.bought().wasteUsd()).isEqualByComparingTo("0.000003");
    assertThat(registry.timer("gen_ai.client.operation.duration").getCount()).isEqualTo(1);
    assertThat(registry.histogram("gen_ai.client.token.usage.output").getSnapshot().getMax())
        .isEqualTo(7);
  }

  @Test
  void aFailureCostsItsWaste() {
    counters.ended(failure(FailureKind.TIMEOUT, 2, new Waste(Usd.ZERO, Usd.of("0.5"))), PRICING);

    assertThat(counters.counts(0).failed()).isEqualTo(1);
    assertThat(counters.counts(0).bought().spentUsd()).isEqualByComparingTo("0.5");
    assertThat(registry.counter("requests.failed").getCount()).isEqualTo(1);
  }

  @Test
  void whatWasNeverAskedHasNotFailed() {
    counters.ended(failure(FailureKind.BUDGET, 0, Waste.NONE), PRICING);

    assertThat(counters.counts(0).failed()).isZero();
    assertThat(registry.counter("requests.failed").getCount()).isZero();
  }

  @Test
  void attemptsTellHowManyWereRefusedWith429() {
    counters.attemptEnded(null);
    counters.attemptEnded(refused(FailureKind.RATE_LIMITED, 429));
    counters.attemptEnded(refused(FailureKind.OVERLOADED, 503));

    assertThat(counters.counts(0).attempts()).isEqualTo(new Attempts(3, 2, 1));
    assertThat(counters.counts(0).lastFailure()).isEqualTo("OVERLOADED");
    assertThat(registry.counter("attempts.failed").getCount()).isEqualTo(2);
    assertThat(registry.counter("attempts.rate_limited").getCount()).isEqualTo(1);
  }
}

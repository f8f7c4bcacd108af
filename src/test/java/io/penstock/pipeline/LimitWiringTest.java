package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.config.JobSpec.ConcurrencySpec;
import io.penstock.config.JobSpec.LimitSpec;
import io.penstock.domain.ModelSettings;
import io.penstock.domain.Network;
import io.penstock.domain.ProviderEndpoint;
import io.penstock.limit.AccountLimits;
import io.penstock.limit.AccountLimits.Window;
import io.penstock.limit.Rate;
import io.penstock.limit.Rates;
import io.penstock.provider.LearntRates;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class LimitWiringTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @Test
  void whereTheJobSaysNothingAllIsLearnt() {
    AccountLimits limits = LimitWiring.limits(model(null), concurrency(10, null, null));

    assertThat(limits)
        .isEqualTo(
            new AccountLimits("ours/gpt", Rates.NONE, 0, 1, new Window(10, 5, 50, true), TIMEOUT));
  }

  @Test
  void theDefaultsGiveWayToWhatIsInitial() {
    assertThat(window(concurrency(2, null, null))).isEqualTo(new Window(2, 2, 50, true));
    assertThat(window(concurrency(80, null, null))).isEqualTo(new Window(80, 5, 80, true));
  }

  @Test
  void whatTheJobSetsIsTaken() {
    assertThat(window(concurrency(20, 3, 30))).isEqualTo(new Window(20, 3, 30, true));
  }

  @Test
  void aJobsLimitsAreThoseOfTheAccount() {
    LimitSpec set = new LimitSpec(600L, null, 40_000L, 8_000L, 12, null, new BigDecimal("0.25"));

    AccountLimits limits = LimitWiring.limits(model(set), concurrency(10, null, null));

    assertThat(limits.rates().perMinute())
        .isEqualTo(
            Map.of(Rate.REQUESTS, 600.0, Rate.INPUT_TOKENS, 40_000.0, Rate.OUTPUT_TOKENS, 8_000.0));
    assertThat(limits.maxInFlight()).isEqualTo(12);
    assertThat(limits.share()).isEqualTo(0.25);
    assertThat(limits.mostPerExecutor()).isEqualTo(3); // its share of twelve
  }

  @Test
  void learntRatesAreThoseThatTheProviderNames() {
    assertThat(LimitWiring.rates(LearntRates.NONE)).isEqualTo(Rates.NONE);
  }

  private static Window window(ConcurrencySpec concurrency) {
    return LimitWiring.limits(model(null), concurrency).window();
  }

  private static ConcurrencySpec concurrency(
      int initial, @Nullable Integer min, @Nullable Integer max) {
    return new ConcurrencySpec(initial, min, max, true, 100, 0, true);
  }

  private static JobSetup.Model model(@Nullable LimitSpec limits) {
    ProviderEndpoint endpoint =
        new ProviderEndpoint(
            "ours", "openai", "openai", "http://x/v1", "max_tokens", null, TIMEOUT, Network.PLAIN);
    return new JobSetup.Model(
        new ModelSettings("small", endpoint, "gpt", null, "{}", "{}"),
        null,
        null,
        null,
        "ours/gpt",
        limits,
        false);
  }
}

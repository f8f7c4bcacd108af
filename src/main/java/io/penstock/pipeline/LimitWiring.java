package io.penstock.pipeline;

import io.penstock.config.JobSpec.ConcurrencySpec;
import io.penstock.config.JobSpec.LimitSpec;
import io.penstock.limit.AccountLimits;
import io.penstock.limit.AccountLimits.Window;
import io.penstock.limit.Rate;
import io.penstock.limit.Rates;
import io.penstock.provider.LearntRates;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts a job's words on limits, and a provider's, into those of the governor. */
final class LimitWiring {
  /** Defaults of {@code concurrency.min} and {@code max}, where initial is in between. */
  private static final int DEFAULT_MIN = 5;

  private static final int DEFAULT_MAX = 50;

  private LimitWiring() {}

  static AccountLimits limits(JobSetup.Model model, ConcurrencySpec concurrency) {
    LimitSpec set = model.limits();
    boolean bounded = set != null && set.maxInFlight() != null;
    return new AccountLimits(
        model.accountModel(),
        set == null ? Rates.NONE : rates(set),
        bounded ? set.maxInFlight() : 0,
        set == null ? 1 : set.share().doubleValue(),
        window(concurrency),
        model.settings().endpoint().requestTimeout());
  }

  private static Window window(ConcurrencySpec concurrency) {
    int initial = concurrency.initial();
    Integer min = concurrency.min();
    Integer max = concurrency.max();
    return new Window(
        initial,
        min == null ? Math.min(DEFAULT_MIN, initial) : min,
        max == null ? Math.max(DEFAULT_MAX, initial) : max,
        concurrency.adaptive());
  }

  private static Rates rates(LimitSpec set) {
    return rates(
        set.requestsPerMinute(),
        set.tokensPerMinute(),
        set.inputTokensPerMinute(),
        set.outputTokensPerMinute());
  }

  static Rates rates(LearntRates learnt) {
    return rates(learnt.requests(), learnt.tokens(), learnt.inputTokens(), learnt.outputTokens());
  }

  private static Rates rates(
      @Nullable Number requests,
      @Nullable Number tokens,
      @Nullable Number inputTokens,
      @Nullable Number outputTokens) {
    Map<Rate, Double> perMinute = new EnumMap<>(Rate.class);
    put(perMinute, Rate.REQUESTS, requests);
    put(perMinute, Rate.TOKENS, tokens);
    put(perMinute, Rate.INPUT_TOKENS, inputTokens);
    put(perMinute, Rate.OUTPUT_TOKENS, outputTokens);
    return new Rates(perMinute);
  }

  private static void put(Map<Rate, Double> perMinute, Rate rate, @Nullable Number amount) {
    if (amount != null) {
      perMinute.put(rate, amount.doubleValue());
    }
  }
}

package io.penstock.pricing;

import io.penstock.pricing.AnswerHistory.CacheShares;
import io.penstock.pricing.ModelPrice.Rates;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Estimates what requests to one model will cost at the realtime list price, so that the bill lies
 * within the bounds in nearly all cases.
 *
 * <p>With a history of m answers the cost of n more has two errors: that of the history's mean and
 * that of the future sum. For answers of one distribution their variances add up to s² n² (1/m +
 * 1/n), and Student's t with m - 1 degrees of freedom gives the factor (the prediction interval for
 * the mean of a future sample: Hahn and Meeker, Statistical Intervals, 1991, section 4.6). Lengths
 * of answers are skewed to the right, so the interval is taken on the logarithm of the cost: [E
 * exp(-w), E exp(w)] with w = t s / E. Input tokens are a ratio estimate of our own counts
 * (Cochran, Sampling Techniques, 1977, chapter 6) with the spread of its residuals; the errors of
 * input and output are added as if they went together.
 *
 * <p>Without a history the bounds are the shortest answers, one token each, and the longest that
 * the model may give.
 */
public final class CostEstimator {
  /**
   * The normal distribution's quantile for bounds that hold in 98.5 of 100 cases: of 100 jobs then
   * hardly ever more than five lie outside.
   */
  private static final double QUANTILE = 2.4324;

  /** Answers are never as alike as a sample of them may look: half width, as a part of the sum. */
  private static final double LEAST_WIDTH = 0.01;

  private static final double TOKENS_PER_PRICE = 1e6;

  private final Factor factor;
  private final @Nullable AnswerHistory history;
  private final long maxOutputTokens;
  private final long cacheableTokens;

  /**
   * @param factor of input tokens, where there is no history of them
   * @param history null: none
   * @param maxOutputTokens of one answer
   * @param cacheableTokens of each prompt, by our own count, that the provider's prompt cache might
   *     serve
   */
  public CostEstimator(
      Factor factor, @Nullable AnswerHistory history, long maxOutputTokens, long cacheableTokens) {
    this.factor = factor;
    this.history = history != null && history.tells() ? history : null;
    this.maxOutputTokens = maxOutputTokens;
    this.cacheableTokens = cacheableTokens;
  }

  /** The provider's input tokens for one of ours. */
  public record Factor(double low, double expected, double high) {}

  /**
   * Requests that have one price.
   *
   * @param countedTokens of their prompts by our own count, in all
   */
  public record Load(Rates rates, long requests, long countedTokens) {
    private double inputUsd() {
      return perToken(rates.input()) * countedTokens;
    }

    /** Of one token of output each. */
    private double outputUsd() {
      return perToken(rates.output()) * requests;
    }

    private double squares(BigDecimal price) {
      return perToken(price) * perToken(price) * requests;
    }
  }

  /** Input tokens as the provider is expected to count them. */
  public double expectedFactor() {
    return learnt() == null ? factor.expected() : learnt().inputFactor();
  }

  /** USD. */
  public Interval cost(List<Load> loads) {
    double outputUsd = loads.stream().mapToDouble(Load::outputUsd).sum();
    Interval input = input(loads);
    if (history == null) {
      return new Interval(
          input.low() + outputUsd, null, input.high() + maxOutputTokens * outputUsd);
    }
    double expectedInput = input.expected() == null ? 0 : input.expected();
    double output = history.meanOutputTokens() * outputUsd;
    double expected = expectedInput + output;
    if (expected == 0) {
      return Interval.ZERO;
    }
    double deviation = inputDeviation(loads) + outputDeviation(loads, outputUsd);
    double width = student(history.answers() - 1) * deviation / expected;
    width = Math.max(width, LEAST_WIDTH * output / expected);
    double low = (input.low() + output) * Math.exp(-width);
    double high = (input.high() + output) * Math.exp(width);
    double longest = input.high() * Math.exp(width) + maxOutputTokens * outputUsd;
    return new Interval(
        Math.min(low, expected), expected, Math.max(expected, Math.min(high, longest)));
  }

  private Interval input(List<Load> loads) {
    double usd = loads.stream().mapToDouble(Load::inputUsd).sum();
    AnswerHistory known = learnt();
    if (known == null) {
      double low = factor.low() * (usd - cacheable(loads));
      double dearest =
          loads.stream()
              .mapToDouble(load -> perToken(load.rates().dearestInput()) * load.countedTokens())
              .sum();
      return new Interval(low, factor.expected() * usd, factor.high() * dearest);
    }
    double plain = known.inputFactor() * usd;
    double cached = loads.isEmpty() ? 1 : cacheFactor(loads.get(0).rates(), known.cache());
    return new Interval(plain * Math.min(1, cached), plain * cached, plain * Math.max(1, cached));
  }

  /** What the prompt cache can save at the most, before the factor. */
  private double cacheable(List<Load> loads) {
    return loads.stream()
        .filter(load -> load.rates().cachedInput() != null)
        .mapToDouble(
            load ->
                Math.min(load.countedTokens(), cacheableTokens * (double) load.requests())
                    * (perToken(load.rates().input()) - perToken(load.rates().cachedInput())))
        .sum();
  }

  /** What input costs with the prompt cache as it was, by what it costs without. */
  private static double cacheFactor(Rates rates, CacheShares shares) {
    double input = perToken(rates.input());
    if (input == 0) {
      return 1;
    }
    double read = rates.cachedInput() == null ? input : perToken(rates.cachedInput());
    double written = rates.cacheWrite() == null ? input : perToken(rates.cacheWrite());
    return 1 + shares.read() * (read / input - 1) + shares.written() * (written / input - 1);
  }

  private double inputDeviation(List<Load> loads) {
    AnswerHistory known = learnt();
    if (known == null) {
      return 0;
    }
    double usd = loads.stream().mapToDouble(Load::inputUsd).sum();
    double squares = loads.stream().mapToDouble(load -> load.squares(load.rates().input())).sum();
    double meanCounted = known.input().counted() / known.input().prompts();
    double ofMean = usd * usd / (known.input().prompts() * meanCounted * meanCounted);
    return Math.sqrt(known.input().residualVariance() * (ofMean + squares));
  }

  private double outputDeviation(List<Load> loads, double outputUsd) {
    if (history == null) {
      return 0;
    }
    double squares = loads.stream().mapToDouble(load -> load.squares(load.rates().output())).sum();
    double deviation = history.outputVariation() * history.meanOutputTokens();
    return deviation * Math.sqrt(outputUsd * outputUsd / history.answers() + squares);
  }

  private @Nullable AnswerHistory learnt() {
    return history != null && history.tellsInput() ? history : null;
  }

  private static double perToken(BigDecimal price) {
    return price.doubleValue() / TOKENS_PER_PRICE;
  }

  /**
   * Student's t at the quantile (Abramowitz and Stegun, Handbook of Mathematical Functions,
   * 26.7.5).
   */
  private static double student(long freedom) {
    double z = QUANTILE;
    double first = (Math.pow(z, 3) + z) / 4;
    double second = (5 * Math.pow(z, 5) + 16 * Math.pow(z, 3) + 3 * z) / 96;
    double third = (3 * Math.pow(z, 7) + 19 * Math.pow(z, 5) + 17 * Math.pow(z, 3) - 15 * z) / 384;
    return z + first / freedom + second / Math.pow(freedom, 2) + third / Math.pow(freedom, 3);
  }
}

package io.penstock.pricing;

import io.penstock.pricing.AnswerHistory.CacheShares;
import io.penstock.pricing.AnswerHistory.CountedInput;
import io.penstock.pricing.AnswerHistory.Moments;
import io.penstock.pricing.CostEstimator.Factor;
import io.penstock.pricing.CostEstimator.Load;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A job whose bill is estimated and then drawn, again and again with other seeds.
 *
 * @param rates of its model
 * @param factor that the estimator knows
 * @param prompts by our own count and by the provider's
 * @param answers output tokens of all prompts, by seed
 * @param maxOutputTokens of one answer
 */
public record EstimateTrial(
    ModelPrice.Rates rates,
    Factor factor,
    List<Prompt> prompts,
    LongFunction<long[]> answers,
    long maxOutputTokens) {
  public static final Factor EXACT = new Factor(1, 1, 1);

  public record Prompt(long counted, long billed) {}

  /** USD per million tokens. */
  public static ModelPrice.Rates rates(String input, String output) {
    return new ModelPrice.Rates(new BigDecimal(input), null, null, null, new BigDecimal(output));
  }

  /**
   * What became of the estimates.
   *
   * @param within bills between low and high
   * @param narrow estimates whose high is at most so many times their low
   * @param close estimates that expected the bill within 15 %
   */
  public record Score(int seeds, int within, int narrow, double ratio, int close, double error) {}

  /** Each seed's history is the whole job with other answers. */
  public Score withHistoryOfTheWholeJob(int seeds) {
    return score(seeds, 2, seed -> run(seed, prompts.size(), 0));
  }

  /** Each seed's history is a random part of the job, and the rest is estimated. */
  public Score after(int answers, int seeds) {
    return score(seeds, 4, seed -> run(seed, answers, answers));
  }

  /** Bills between low and high where nothing was answered before. */
  public int withinWithoutHistory(int seeds) {
    return score(seeds, 2, seed -> new Run(estimate(null, all()), bill(seed, all()))).within();
  }

  private record Run(Interval estimate, double bill) {}

  private Run run(long seed, int known, int skipped) {
    List<Integer> order = new ArrayList<>(all());
    Collections.shuffle(order, new Random(seed));
    AnswerHistory history = history(order.subList(0, known), answers.apply(2 * seed));
    List<Integer> rest = order.subList(skipped, order.size());
    return new Run(estimate(history, rest), bill(2 * seed + 1, rest));
  }

  private List<Integer> all() {
    return IntStream.range(0, prompts.size()).boxed().toList();
  }

  private Interval estimate(@Nullable AnswerHistory history, List<Integer> which) {
    long counted = which.stream().mapToLong(i -> prompts.get(i).counted()).sum();
    return new CostEstimator(factor, history, maxOutputTokens, 0)
        .cost(List.of(new Load(rates, which.size(), counted)));
  }

  private double bill(long seed, List<Integer> which) {
    long[] lengths = answers.apply(seed);
    double input = which.stream().mapToLong(i -> prompts.get(i).billed()).sum();
    double output = which.stream().mapToLong(i -> lengths[i]).sum();
    return (input * rates.input().doubleValue() + output * rates.output().doubleValue()) / 1e6;
  }

  private AnswerHistory history(List<Integer> which, long[] lengths) {
    double[] output = which.stream().mapToDouble(i -> lengths[i]).toArray();
    double[] logs = Arrays.stream(output).map(x -> Math.log(Math.max(1, x))).toArray();
    double[] counted = which.stream().mapToDouble(i -> prompts.get(i).counted()).toArray();
    double[] billed = which.stream().mapToDouble(i -> prompts.get(i).billed()).toArray();
    return new AnswerHistory(
        which.size(),
        new Moments(sum(output), products(output, output)),
        new Moments(sum(logs), products(logs, logs)),
        new CountedInput(
            which.size(),
            sum(counted),
            sum(billed),
            products(counted, counted),
            products(counted, billed),
            products(billed, billed)),
        new CacheShares(0, 0),
        0,
        0);
  }

  private static double sum(double[] values) {
    return Arrays.stream(values).sum();
  }

  private static double products(double[] one, double[] other) {
    return IntStream.range(0, one.length).mapToDouble(i -> one[i] * other[i]).sum();
  }

  private static Score score(int seeds, double limit, LongFunction<Run> runs) {
    int within = 0;
    int narrow = 0;
    int close = 0;
    double[] ratios = new double[seeds];
    double[] errors = new double[seeds];
    for (int seed = 0; seed < seeds; seed++) {
      Run run = runs.apply(seed);
      Interval estimate = run.estimate();
      double expected = estimate.expected() == null ? Double.NaN : estimate.expected();
      ratios[seed] = estimate.high() / estimate.low();
      errors[seed] = Math.abs(expected / run.bill() - 1);
      within += estimate.low() <= run.bill() && run.bill() <= estimate.high() ? 1 : 0;
      narrow += ratios[seed] <= limit ? 1 : 0;
      close += errors[seed] <= 0.15 ? 1 : 0;
    }
    return new Score(seeds, within, narrow, median(ratios), close, median(errors));
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}

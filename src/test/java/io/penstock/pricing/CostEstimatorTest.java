package io.penstock.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.penstock.pricing.CostEstimator.Factor;
import io.penstock.pricing.CostEstimator.Load;
import io.penstock.pricing.EstimateTrial.Prompt;
import io.penstock.pricing.EstimateTrial.Score;
import io.penstock.simulator.AnswerFunction;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Estimates against bills of the simulator's answers, which are told by a seed. */
final class CostEstimatorTest {
  private static final int SEEDS = 200;
  private static final int MAX_OUTPUT = 4_096;
  private static final ModelPrice.Rates MINI = EstimateTrial.rates("0.15", "0.6");

  /** What TokenFamily says of Claude. */
  private static final Factor CLAUDE = new Factor(1.0, 1.4, 2.0);

  private static long[] answers(int prompts, long seed, double factor, long most) {
    AnswerFunction function = new AnswerFunction(seed, Map.of());
    return IntStream.range(0, prompts)
        .mapToLong(
            i -> {
              String prompt = "prompt " + i;
              byte[] request = prompt.getBytes(StandardCharsets.UTF_8);
              return Math.round(
                  factor * function.answer("m", prompt, request, most).outputTokens());
            })
        .toArray();
  }

  private static EstimateTrial openai(int prompts, long countedTokens) {
    Prompt prompt = new Prompt(countedTokens, countedTokens);
    return new EstimateTrial(
        MINI,
        EstimateTrial.EXACT,
        IntStream.range(0, prompts).mapToObj(i -> prompt).toList(),
        seed -> answers(prompts, seed, 1, MAX_OUTPUT),
        MAX_OUTPUT);
  }

  /** Its tokenizer makes 1.37 tokens of one of ours on the average, of each prompt 1.2 to 1.54. */
  private static EstimateTrial claude(int prompts, int meanTokens) {
    SplittableRandom random = new SplittableRandom(7);
    List<Prompt> all =
        IntStream.range(0, prompts)
            .mapToObj(i -> meanTokens / 2 + random.nextInt(meanTokens))
            .map(own -> new Prompt(own, Math.round(own * (1.2 + 0.34 * random.nextDouble()))))
            .toList();
    return new EstimateTrial(
        EstimateTrial.rates("1", "5"),
        CLAUDE,
        all,
        seed -> answers(prompts, seed, 1.37, MAX_OUTPUT),
        MAX_OUTPUT);
  }

  /** As many prompts, and as long, as in GSM8K, TruthfulQA, HumanEval and MT-Bench. */
  @ParameterizedTest
  @CsvSource({"1319, 65", "790, 25", "164, 150", "80, 110"})
  void theBillLiesWithinTheBoundsOfAHistory(int prompts, long tokens) {
    Score whole = openai(prompts, tokens).withHistoryOfTheWholeJob(SEEDS);
    Score limited = openai(prompts, tokens).after(50, SEEDS);

    assertThat(whole.within()).isGreaterThanOrEqualTo(SEEDS * 95 / 100);
    assertThat(limited.within()).isGreaterThanOrEqualTo(SEEDS * 95 / 100);
    assertThat(whole.ratio()).isLessThanOrEqualTo(2);
    assertThat(limited.ratio()).isLessThanOrEqualTo(4);
    assertThat(whole.error()).isLessThanOrEqualTo(0.15);
  }

  @ParameterizedTest
  @CsvSource({"1319, 65", "790, 25", "164, 150", "80, 110"})
  void aTokenizerThatIsNotKnownIsLearntFromTheHistory(int prompts, int tokens) {
    Score whole = claude(prompts, tokens).withHistoryOfTheWholeJob(SEEDS);
    Score limited = claude(prompts, tokens).after(50, SEEDS);

    assertThat(whole.within()).isGreaterThanOrEqualTo(SEEDS * 95 / 100);
    assertThat(limited.within()).isGreaterThanOrEqualTo(SEEDS * 95 / 100);
    assertThat(whole.ratio()).isLessThanOrEqualTo(2);
  }

  @Test
  void longPromptsThatAreMostOfTheBillHaveANarrowInterval() {
    Score score = claude(800, 3_000).after(50, SEEDS);

    assertThat(score.within()).isGreaterThanOrEqualTo(SEEDS * 95 / 100);
    assertThat(score.ratio()).isLessThanOrEqualTo(1.3);
    assertThat(score.close()).isEqualTo(SEEDS);
  }

  @Test
  void withoutAHistoryTheBoundsHoldAnyAnswer() {
    assertThat(openai(164, 150).withinWithoutHistory(SEEDS)).isEqualTo(SEEDS);
    assertThat(claude(164, 150).withinWithoutHistory(SEEDS)).isEqualTo(SEEDS);
  }

  @Test
  void withoutAHistoryNothingIsExpectedAndTheMaximumIsTheBound() {
    Interval cost =
        new CostEstimator(EstimateTrial.EXACT, null, 100, 0)
            .cost(List.of(new Load(MINI, 10, 1_000)));

    assertThat(cost.expected()).isNull();
    assertThat(cost.low()).isCloseTo((1_000 * 0.15 + 10 * 0.6) / 1e6, within(1e-15));
    assertThat(cost.high()).isCloseTo((1_000 * 0.15 + 10 * 100 * 0.6) / 1e6, within(1e-15));
  }

  @Test
  void anUnknownTokenizerWidensTheBoundsOfTheInput() {
    Interval cost =
        new CostEstimator(CLAUDE, null, 1, 0)
            .cost(List.of(new Load(EstimateTrial.rates("1", "0"), 1, 1_000_000)));

    assertThat(cost.low()).isCloseTo(1.0, within(1e-12));
    assertThat(cost.high()).isCloseTo(2.0, within(1e-12));
  }

  @Test
  void aPromptCacheMayMakeItCheaperButNeverLowersTheUpperBound() {
    ModelPrice.Rates cached =
        new ModelPrice.Rates(BigDecimal.ONE, new BigDecimal("0.1"), null, null, BigDecimal.ZERO);
    Load load = new Load(cached, 100, 200_000);

    Interval cost = new CostEstimator(EstimateTrial.EXACT, null, 1, 1_500).cost(List.of(load));

    assertThat(cost.low()).isCloseTo((50_000 + 150_000 * 0.1) / 1e6, within(1e-12));
    assertThat(cost.high()).isCloseTo(0.2, within(1e-12));
  }

  @Test
  void independentErrorsPartlyCancelOut() {
    Interval one = new Interval(7, 10.0, 14);
    Interval other = new Interval(16, 20.0, 23);

    assertThat(Interval.sum(List.of(one, other))).isEqualTo(new Interval(25, 30.0, 35));
    assertThat(Interval.sum(List.of(one, new Interval(1, null, 2))))
        .isEqualTo(new Interval(8, null, 16));
  }

  @Test
  void amountsAreRoundedAwayFromTheExpectation() {
    CostEstimate rounded = new Interval(0.123456, 0.2, 12.34501).usd();

    assertThat(rounded.low()).isEqualByComparingTo("0.1234");
    assertThat(rounded.expected()).isEqualByComparingTo("0.2");
    assertThat(rounded.high()).isEqualByComparingTo("12.35");
  }
}

package io.penstock.pipeline;

import static io.penstock.pipeline.SparkForTests.session;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pricing.CostEstimator.Factor;
import io.penstock.pricing.EstimateTrial;
import io.penstock.pricing.EstimateTrial.Prompt;
import io.penstock.pricing.EstimateTrial.Score;
import io.penstock.pricing.ModelPrice;
import io.penstock.simulator.AnswerFunction;
import io.penstock.tokens.TokenFamily;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Prints how estimates fare on real prompts with the simulator's answers: {@code -Dplan.data=}
 * names a folder with gsm8k_test.jsonl, TruthfulQA.csv, HumanEval.jsonl and
 * mt_bench_question.jsonl.
 */
@EnabledIfSystemProperty(named = "plan.data", matches = ".+")
final class EstimatesOnDataTest {
  private static final int SEEDS = 100;
  private static final int MAX_OUTPUT = 4_096;
  private static final int QUICKSTART_MAX_OUTPUT = 256;

  private record Plan(String model, TokenFamily family, ModelPrice.Rates rates, double hidden) {}

  private static final List<Plan> MODELS =
      List.of(
          new Plan("gpt-4o-mini", TokenFamily.O200K_BASE, EstimateTrial.rates("0.15", "0.6"), 1),
          new Plan("claude-haiku-4-5", TokenFamily.ANTHROPIC, EstimateTrial.rates("1", "5"), 1.37));

  @Test
  void theBillLiesWithinTheBounds() {
    Map<String, List<String>> data = data(System.getProperty("plan.data"));
    List<String> lines = new ArrayList<>();
    lines.add(
        "| prompts | model | no history: within | whole history: within, high/low (<= 2), expected"
            + " off (<= 15 %) | after 50: within, high/low (<= 4) |");
    lines.add("| --- | --- | --- | --- | --- |");
    boolean good = true;
    for (Map.Entry<String, List<String>> set : data.entrySet()) {
      for (Plan model : MODELS) {
        int most = set.getKey().equals("quickstart") ? QUICKSTART_MAX_OUTPUT : MAX_OUTPUT;
        EstimateTrial trial = trial(set.getValue(), model, most);
        int without = trial.withinWithoutHistory(SEEDS);
        Score whole = trial.withHistoryOfTheWholeJob(SEEDS);
        Score limited = trial.after(50, SEEDS);
        lines.add(line(set.getKey(), model.model(), without, whole, limited));
        good &= Math.min(without, Math.min(whole.within(), limited.within())) >= 95;
        good &= whole.ratio() <= 2 && limited.ratio() <= 4 && whole.error() <= 0.15;
      }
    }
    lines.forEach(System.out::println);
    assertThat(good).isTrue();
  }

  private static String line(String name, String model, int without, Score whole, Score limited) {
    return String.format(
        Locale.ROOT,
        "| %s | %s | %d | %d, %.2f (%d), %.1f %% (%d) | %d, %.2f (%d) |",
        name,
        model,
        without,
        whole.within(),
        whole.ratio(),
        whole.narrow(),
        100 * whole.error(),
        whole.close(),
        limited.within(),
        limited.ratio(),
        limited.narrow());
  }

  private static Map<String, List<String>> data(String folder) {
    Map<String, List<String>> data = new LinkedHashMap<>();
    data.put("GSM8K", texts(json(folder + "/gsm8k_test.jsonl").select("question")));
    data.put(
        "TruthfulQA",
        texts(
            session()
                .read()
                .option("header", true)
                .option("escape", "\"")
                .csv(folder + "/TruthfulQA.csv")
                .select("Question")));
    data.put("HumanEval", texts(json(folder + "/HumanEval.jsonl").select("prompt")));
    data.put("MT-Bench", texts(json(folder + "/mt_bench_question.jsonl").selectExpr("turns[0]")));
    data.put(
        "quickstart",
        texts(
            session()
                .read()
                .parquet("jobs/quickstart/prompts.parquet")
                .selectExpr("concat(coalesce(context, ''), '\n\n', question)")));
    return data;
  }

  private static Dataset<Row> json(String path) {
    return session().read().json(path);
  }

  private static List<String> texts(Dataset<Row> column) {
    return column.na().drop().distinct().collectAsList().stream()
        .map(row -> row.getString(0))
        .toList();
  }

  private static EstimateTrial trial(List<String> texts, Plan model, int maxOutputTokens) {
    TokenFamily family = model.family();
    SplittableRandom random = new SplittableRandom(3);
    List<Prompt> prompts = new ArrayList<>();
    for (String text : texts) {
      long counted = family.countMessages(List.of("Answer the question.", text));
      // a tokenizer is never off by the same factor everywhere
      double own = family.isExact() ? 1 : model.hidden() * (0.85 + 0.3 * random.nextDouble());
      prompts.add(new Prompt(counted, Math.round(counted * own)));
    }
    return new EstimateTrial(
        model.rates(),
        new Factor(family.lowFactor(), family.expectedFactor(), family.highFactor()),
        prompts,
        seed -> answers(texts, model, seed, maxOutputTokens),
        maxOutputTokens);
  }

  private static long[] answers(List<String> texts, Plan model, long seed, int most) {
    AnswerFunction function = new AnswerFunction(seed, Map.of());
    return texts.parallelStream()
        .mapToLong(
            text -> {
              byte[] request = text.getBytes(StandardCharsets.UTF_8);
              long tokens = function.answer(model.model(), text, request, most).outputTokens();
              return Math.min(most, Math.round(tokens * model.hidden()));
            })
        .toArray();
  }
}

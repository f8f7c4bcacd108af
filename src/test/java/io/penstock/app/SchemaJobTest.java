package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.pipeline.InvalidInputException;
import io.penstock.report.CascadeSummary;
import io.penstock.report.RunSummary;
import io.penstock.simulator.Simulator;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole jobs whose answers have a schema, against the simulator. */
class SchemaJobTest {
  private static final int ROWS = 40;
  private static final String SOME_WRONG = "accuracy=gpt-4o-mini=0.6";
  private static final String TOLERANT = "failures.tolerated_fraction=1";

  @TempDir Path folder;
  private JobHarness jobs;

  @BeforeEach
  void start() throws IOException {
    jobs = new JobHarness(folder);
    jobs.questions(ROWS);
  }

  private Path job(Simulator simulator, String models, String... more) throws IOException {
    return jobs.file(
        "job.yaml",
        "name: test",
        "input: {path: input.jsonl, format: json}",
        "prompt:",
        "  user: \"Q: {question}\"",
        "  response_schema:",
        "    type: object",
        "    required: [label, score, tags, place]",
        "    additionalProperties: false",
        "    properties:",
        "      label: {enum: [good, bad], type: string}",
        "      score: {type: number, minimum: 0, maximum: 1}",
        "      tags: {type: array, minItems: 1, items: {type: string}}",
        "      place: {type: object, properties: {floor: {type: integer}}, required: [floor],"
            + " additionalProperties: false}",
        "providers:",
        "  openai: {base_url: \"" + simulator.origin() + "\", api_key_env: null}",
        "  anthropic: {base_url: \"" + simulator.origin() + "\", api_key_env: null}",
        "  gemini: {base_url: \"" + simulator.origin() + "/v1beta\", api_key_env: null}",
        "models:",
        "  small: " + models,
        "store: {path: store}",
        "output: {path: answers}",
        "runs: {path: runs}",
        String.join("\n", more));
  }

  private static String openai(String model) {
    return "{provider: openai, model: " + model + ", max_output_tokens: 400}";
  }

  private void assertMoney(RunSummary summary, Simulator simulator) throws Exception {
    BigDecimal rows =
        RunSummary.exact(jobs.results().selectExpr("sum(cost_usd)").first().getDecimal(0));
    assertThat(rows).isEqualByComparingTo(summary.costUsd());
    assertThat(summary.costUsd().add(summary.wasteUsd().known()))
        .isEqualByComparingTo(PromptJobTest.billed(simulator, "delivered_usd"));
    assertThat(summary.wasteUsd().possible()).isEqualByComparingTo(BigDecimal.ZERO);
  }

  @ParameterizedTest
  @CsvSource({
    "openai,    gpt-4o-mini",
    "anthropic, claude-haiku-4-5",
    "gemini,    gemini-2.5-flash"
  })
  void answersAreParsed(String provider, String model) throws Exception {
    try (Simulator simulator = JobHarness.simulator()) {
      Path job =
          job(
              simulator,
              "{provider: " + provider + ", model: " + model + ", max_output_tokens: 400}");

      RunSummary first = jobs.run(job).summary();
      assertMoney(first, simulator);
      RunSummary second = jobs.run(job).summary();

      assertThat(first.succeeded()).isEqualTo(ROWS);
      assertThat(second.called()).isZero();
      Dataset<Row> results = jobs.results();
      assertThat(results.select("parsed").schema().apply(0).dataType().catalogString())
          .isEqualTo(
              "struct<label:string,score:double,tags:array<string>,place:struct<floor:bigint>>");
      assertThat(results.columns()).containsSequence("completion", "parsed", "tool_calls");
      assertThat(
              results
                  .where("parsed.label in ('good', 'bad') and parsed.score between 0 and 1")
                  .where("size(parsed.tags) > 0")
                  .where("parsed.place.floor = get_json_object(completion, '$.place.floor')")
                  .count())
          .isEqualTo(ROWS);
    }
  }

  @Tag("slow")
  @ParameterizedTest
  @CsvSource({"budget=null", "budget.max_usd=1"})
  void whatDoesNotFulfilTheSchemaIsPaidOnceAndNoAnswer(String budget) throws Exception {
    try (Simulator simulator = JobHarness.simulator(SOME_WRONG)) {
      Path job = job(simulator, openai("gpt-4o-mini"));

      RunSummary first = jobs.run(job, TOLERANT, budget).summary();
      assertMoney(first, simulator);
      RunSummary second = jobs.run(job, TOLERANT, budget).summary();

      assertThat(first.failed()).isBetween(5L, 30L);
      assertThat(first.failedByKind()).containsOnlyKeys("INVALID_RESPONSE");
      assertThat(first.wasteUsd().known()).isPositive();
      assertThat(first.called()).isEqualTo(ROWS);
      assertThat(second.called()).isZero();
      assertThat(second.failed()).isEqualTo(first.failed());
      assertThat(jobs.results().where("(parsed is null) != (error_kind is not null)").count())
          .isZero();
      assertThat(
              jobs.results()
                  .where("error_kind is not null and error_message not like '%: it is no JSON'")
                  .count())
          .isZero();
    }
  }

  @Test
  void anAnswerThatIsCutOffIsNone() throws Exception {
    try (Simulator simulator = JobHarness.simulator()) {
      Path job = job(simulator, openai("gpt-4o-mini").replace("400", "5"));

      RunSummary summary = jobs.run(job, TOLERANT).summary();

      assertThat(summary.failedByKind()).containsEntry("INVALID_RESPONSE", (long) ROWS);
      assertThat(jobs.results().where("error_message like '%finish reason LENGTH%'").count())
          .isEqualTo(ROWS);
      assertMoney(summary, simulator);
    }
  }

  @Tag("slow")
  @Test
  void aCascadeAsksTheLargerModelForWhatDoesNotFulfilTheSchema() throws Exception {
    try (Simulator simulator = JobHarness.simulator(SOME_WRONG)) {
      Path job =
          job(
              simulator,
              openai("gpt-4o-mini"),
              "cascade: {to: large, unless: [{schema: true}, {finish_reason: [STOP]}]}");
      String large = "models.large=" + openai("gpt-4o");

      RunSummary first = jobs.run(job, large).summary();
      assertMoney(first, simulator);
      RunSummary second = jobs.run(job, large).summary();

      assertThat(first.succeeded()).isEqualTo(ROWS);
      assertThat(second.called()).isZero();
      CascadeSummary cascade = first.cascade();
      assertThat(cascade.answered()).isEqualTo(ROWS);
      assertThat(cascade.escalated()).isBetween(5L, 30L);
      assertThat(cascade.escalated())
          .isEqualTo(jobs.results().where("model_name = 'large'").count());
      assertThat(first.called()).isEqualTo(ROWS + cascade.escalated());
      assertThat(first.wasteUsd().known()).isPositive();
      assertThat(cascade.savedUsd()).isPositive();
      assertThat(second.cascade().escalated()).isEqualTo(cascade.escalated());
      assertThat(jobs.results().where("parsed is null").count()).isZero();
    }
  }

  @Test
  void aColumnNamedParsedIsRefusedBeforeAnythingIsPaid() throws Exception {
    jobs.file("input.jsonl", "{\"question\": \"a\", \"Parsed\": 1}");
    try (Simulator simulator = JobHarness.simulator()) {
      Path job = job(simulator, openai("gpt-4o-mini"));

      assertThatThrownBy(() -> jobs.run(job))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("Parsed");
      assertThat(simulator.stats().requests()).isZero();
    }
  }
}

package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.lake.Columns;
import io.penstock.pipeline.PromptJob.Finished;
import io.penstock.report.RunSummary;
import io.penstock.simulator.AnswerFunction;
import io.penstock.simulator.Simulator;
import io.penstock.simulator.SimulatorStats;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whole jobs against the simulator, which keeps its own account of what it was asked and what it
 * billed.
 */
class PromptJobTest {
  @TempDir Path folder;
  private JobHarness jobs;
  private Simulator simulator;

  @BeforeEach
  void start() {
    jobs = new JobHarness(folder);
    simulator = JobHarness.simulator();
  }

  @AfterEach
  void stop() {
    simulator.close();
  }

  /** {@code rows} questions, of which every third repeats the one before. */
  private void questions(int rows) throws IOException {
    jobs.file(
        "input.jsonl",
        IntStream.range(0, rows)
            .mapToObj(
                i ->
                    "{\"id\": "
                        + i
                        + ", \"question\": \"What of thing "
                        + (i % 3 == 2 ? i - 1 : i)
                        + "?\"}")
            .toArray(String[]::new));
  }

  private static BigDecimal sum(Dataset<Row> rows, String column) {
    return RunSummary.exact(rows.selectExpr("sum(" + column + ")").first().getDecimal(0));
  }

  private BigDecimal billed(String which) throws IOException, InterruptedException {
    return billed(simulator, which);
  }

  static BigDecimal billed(Simulator simulator, String which)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(simulator.origin() + "/invoice")).build();
    String invoice =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
    return new BigDecimal(new ObjectMapper().readTree(invoice).get(which).asText());
  }

  @Test
  void everyRowComesBackWithItsOwnAnswerTokensAndCost() throws Exception {
    questions(90);

    Finished finished = jobs.run(jobs.job(simulator.origin()));

    List<Row> rows = jobs.results().collectAsList();
    assertThat(rows).hasSize(90);
    for (Row row : rows) {
      String prompt = "Q: " + row.<String>getAs("question");
      assertThat(row.<String>getAs("completion")).startsWith(AnswerFunction.tagFor(prompt));
      assertThat(row.<Long>getAs("output_tokens")).isPositive();
      assertThat(row.<Boolean>getAs("tokens_estimated")).isFalse();
      assertThat(row.<Integer>getAs("attempts")).isEqualTo(1);
      assertThat(row.<String>getAs("error_kind")).isNull();
    }
    assertThat(sum(jobs.results(), "cost_usd"))
        .isEqualByComparingTo(billed("total_usd"))
        .isEqualByComparingTo(finished.summary().costUsd());
    assertThat(finished.summary().exitCode()).isZero();
  }

  @Test
  void aRequestThatRepeatsIsCalledOnceAndPaidByOneRow() throws Exception {
    questions(90);

    RunSummary summary = jobs.run(jobs.job(simulator.origin())).summary();

    assertThat(simulator.stats().requests()).isEqualTo(60);
    assertThat(summary.distinct()).isEqualTo(60);
    assertThat(summary.duplicates()).isEqualTo(30);
    assertThat(summary.called()).isEqualTo(60);
    Dataset<Row> duplicates = jobs.results().where("served_from = 'duplicate'");
    assertThat(duplicates.count()).isEqualTo(30);
    assertThat(sum(duplicates, "cost_usd")).isEqualByComparingTo(BigDecimal.ZERO);
    assertThat(sum(duplicates, "saved_usd"))
        .isEqualByComparingTo(summary.savedUsd().duplicates())
        .isPositive();
  }

  @Test
  void aSecondRunCallsNothingAndReplacesTheFirst() throws Exception {
    questions(30);
    Path job = jobs.job(simulator.origin());
    Finished first = jobs.run(job);

    Finished second = jobs.run(job);

    assertThat(simulator.stats().requests()).isEqualTo(20);
    assertThat(second.summary().called()).isZero();
    assertThat(second.summary().cacheHits()).isEqualTo(20);
    assertThat(second.summary().costUsd()).isEqualByComparingTo(BigDecimal.ZERO);
    assertThat(second.summary().savedUsd().cache()).isEqualByComparingTo(first.summary().costUsd());
    assertThat(jobs.list("answers")).containsExactly("run_id=" + second.summary().runId());
    assertThat(jobs.results().where("served_from = 'cache'").count()).isEqualTo(20);
  }

  @Test
  void appendKeepsEarlierRuns() throws Exception {
    questions(6);
    Path job = jobs.job(simulator.origin());
    jobs.run(job, "output.mode=append");
    jobs.run(job, "output.mode=append");

    assertThat(jobs.results().count()).isEqualTo(12);
    assertThat(jobs.results().select("run_id").distinct().count()).isEqualTo(2);
  }

  @Test
  void resultsHaveTheInputsColumnsThenOurs() throws Exception {
    jobs.file("input.jsonl", "{\"a b\": {\"x\": [1, null]}, \"question\": \"hi\"}");
    jobs.run(jobs.job(simulator.origin()));

    List<String> expected = new ArrayList<>(List.of("a b", "question"));
    expected.addAll(Arrays.asList(Columns.RESULTS.fieldNames()));
    expected.add("run_id");
    assertThat(jobs.results().columns()).containsExactlyElementsOf(expected);
    for (var field : Columns.RESULTS.fields()) {
      assertThat(jobs.results().schema().apply(field.name()).dataType())
          .isEqualTo(field.dataType());
    }
  }

  @Test
  void faultsCostRetriesButNoRowsAndTheMoneyAddsUp() throws Exception {
    try (Simulator faulty =
        JobHarness.simulator(
            "faults=500=0.05,503=0.05,reset=0.03,malformed=0.03,truncated=0.03", "seed=3")) {
      questions(300);
      RunSummary summary =
          jobs.run(
                  jobs.job(faulty.origin()),
                  "retry.max_paid_attempts=8",
                  "retry.request_timeout_seconds=20")
              .summary();

      SimulatorStats stats = faulty.stats();
      assertThat(summary.failed()).isZero();
      assertThat(stats.failedRequests()).isPositive();
      assertThat(jobs.results().where("attempts > 1 and served_from = 'call'").count())
          .isEqualTo(stats.failedRequests());
      assertThat(stats.requests()).isEqualTo(summary.called() + summary.retries());
      assertThat(summary.costUsd().add(summary.wasteUsd().known()))
          .isEqualByComparingTo(billed(faulty, "delivered_usd"));
      assertThat(billed(faulty, "undelivered_usd"))
          .isPositive()
          .isLessThanOrEqualTo(summary.wasteUsd().possible());
      assertThat(jobs.results().collectAsList())
          .allSatisfy(
              row ->
                  assertThat(row.<String>getAs("completion"))
                      .startsWith(AnswerFunction.tagFor("Q: " + row.<String>getAs("question"))));
    }
  }

  @Test
  void aWrongKeyStopsTheRunAndLeavesPartialRowsOnly() throws Exception {
    Path key = jobs.file("key", "wrong-key-4711");
    try (Simulator locked = JobHarness.simulator("api-key=right-key")) {
      questions(300);
      Path job = jobs.job(locked.origin(), "concurrency: {initial: 7}");

      RunSummary refused = jobs.run(job, "providers.openai.api_key_file=" + key).summary();

      assertThat(refused.exitCode()).isEqualTo(5);
      assertThat(refused.stopped()).startsWith("AUTHENTICATION").doesNotContain("4711");
      assertThat(locked.stats().requests()).isBetween(1L, 7L);
      assertThat(jobs.list("answers")).containsExactly("_partial");
      assertThat(refused.failedByKind()).containsOnlyKeys("AUTHENTICATION", "NOT_ATTEMPTED");
      assertThat(refused.failedByKind().values().stream().mapToLong(Long::longValue).sum())
          .isEqualTo(300);

      Files.writeString(key, "right-key\n");
      RunSummary complete = jobs.run(job, "providers.openai.api_key_file=" + key).summary();

      assertThat(complete.exitCode()).isZero();
      assertThat(complete.called()).isEqualTo(200);
      assertThat(jobs.list("answers")).containsExactly("run_id=" + complete.runId());
    }
  }

  @Test
  void aModelThatIsNotThereStopsTheRun() throws Exception {
    questions(60);

    RunSummary summary =
        jobs.run(jobs.job(simulator.origin()), "models.small.model=gpt-17").summary();

    assertThat(summary.exitCode()).isEqualTo(5);
    assertThat(summary.stopped()).startsWith("NOT_FOUND");
    assertThat(simulator.stats().requests()).isLessThanOrEqualTo(10);
  }

  @Test
  void rowsWithoutPromptFailAndNothingElse() throws Exception {
    jobs.file(
        "input.jsonl",
        "{\"id\": 1, \"question\": \"fine\"}",
        "{\"id\": 2, \"question\": null}",
        "{\"id\": 3, \"question\": \"\"}",
        "{\"id\": 4, \"question\": \"  \\n \"}");

    RunSummary summary =
        jobs.run(jobs.job(simulator.origin()), "prompt.user=\"{question}\"").summary();

    assertThat(summary.exitCode()).isEqualTo(3);
    assertThat(summary.failedByKind()).containsEntry("INVALID_REQUEST", 3L);
    assertThat(simulator.stats().requests()).isEqualTo(1);
    Row nullRow = jobs.results().where("id = 2").first();
    assertThat(nullRow.<String>getAs("error_message")).isEqualTo("column question is null");
    assertThat(nullRow.<BigDecimal>getAs("cost_usd")).isEqualByComparingTo(BigDecimal.ZERO);
    assertThat(nullRow.<String>getAs("served_from")).isNull();
    assertThat(nullRow.<String>getAs("fingerprint")).isNull();
  }

  @Test
  void emojiAndNulPassUnchanged() throws Exception {
    String odd = "a\u0000b \uD83D\uDE00 \uD842\uDFB7 e\u0301 {x} \" \\ \u2028";
    jobs.file("input.jsonl", new ObjectMapper().writeValueAsString(Map.of("question", odd)));

    jobs.run(jobs.job(simulator.origin()), "prompt.user=\"{question}\"");

    Row row = jobs.results().first();
    assertThat(row.<String>getAs("question")).isEqualTo(odd);
    assertThat(row.<String>getAs("completion")).startsWith(AnswerFunction.tagFor(odd));
  }

  @Test
  void onePromptThatIsTooLongFailsAlone() throws Exception {
    jobs.file(
        "input.jsonl",
        "{\"question\": \"short\"}",
        "{\"question\": \"" + "x y ".repeat(262_144) + "\"}");

    RunSummary summary = jobs.run(jobs.job(simulator.origin())).summary();

    assertThat(summary.succeeded()).isEqualTo(1);
    assertThat(summary.failedByKind()).containsExactly(Map.entry("CONTEXT_TOO_LONG", 1L));
    assertThat(jobs.run(jobs.job(simulator.origin())).summary().called()).isZero();
  }

  @Test
  void noRowsAreACompleteRun() throws Exception {
    questions(3);

    Finished finished = jobs.run(jobs.job(simulator.origin()), "input.where=id > 99");

    assertThat(finished.summary().exitCode()).isZero();
    assertThat(finished.summary().rows()).isZero();
    assertThat(jobs.results().count()).isZero();
    assertThat(jobs.results().columns()).contains("question", "completion", "run_id");
  }

  @Test
  void csvOfRfc4180AndAColumnOfMessagesWorkInTheAnthropicDialect() throws Exception {
    jobs.file("input.csv", "Best Answer,n", "\"one, \"\"two\"\"\nthree\",1", "four,2");
    Path job =
        jobs.file(
            "chat.yaml",
            "name: chat",
            "input:",
            "  path: input.csv",
            "  format: csv",
            "  columns: {chat: \"array(named_struct('content', 'Be kind.', 'role', 'system'), named_struct('content', `Best Answer`, 'role', 'user'))\"}",
            "prompt: {messages: chat}",
            "providers: {anthropic: {base_url: \"" + simulator.origin() + "\", api_key_env: null}}",
            "models: {c: {provider: anthropic, model: claude-haiku-4-5, max_output_tokens: 100}}",
            "store: {path: store}",
            "output: {path: answers}",
            "runs: {path: runs}");

    RunSummary summary = jobs.run(job).summary();

    assertThat(summary.costUsd()).isEqualByComparingTo(billed("total_usd"));
    Row row = jobs.results().where("n = 1").first();
    assertThat(row.<String>getAs("Best Answer")).isEqualTo("one, \"two\"\nthree");
    assertThat(row.<String>getAs("completion"))
        .startsWith(AnswerFunction.tagFor("one, \"two\"\nthree"));
    assertThat(row.<String>getAs("provider_name")).isEqualTo("anthropic");
    assertThat(row.<String>getAs("finish_reason")).isIn("STOP", "LENGTH");
  }

  @Test
  void rulesChooseTheModel() throws Exception {
    questions(30);
    Path job =
        jobs.job(
            simulator.origin(),
            "routing: [{when: \"id < 10 and user_prompt like 'Q:%' and input_tokens > 2\", model: large}, {model: small}]");
    Files.writeString(
        job,
        Files.readString(job)
            .replace("models: {", "models: {large: {provider: openai, model: gpt-4o}, "));

    RunSummary summary = jobs.run(job).summary();

    assertThat(jobs.results().where("request_model = 'gpt-4o'").count()).isEqualTo(10);
    assertThat(jobs.results().where("(id < 10) != (model_name = 'large')").count()).isZero();
    assertThat(summary.costUsd()).isEqualByComparingTo(billed("total_usd"));
  }

  @Test
  void aModelWithoutPriceHasNullCostsAndAWarning() throws Exception {
    questions(3);

    RunSummary summary =
        jobs.run(jobs.job(simulator.origin()), "models.small.model=sim-free").summary();

    assertThat(summary.costUsd()).isNull();
    assertThat(jobs.results().where("cost_usd is not null").count()).isZero();
    assertThat(jobs.said)
        .anySatisfy(line -> assertThat(line).contains("no price is known for model sim-free"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"model_name", "Fingerprint", "cost_usd"})
  void anInputColumnNamedAsOneOfOursStaysAsItIs(String name) throws Exception {
    jobs.file("input.jsonl", "{\"question\": \"hi\", \"" + name + "\": \"theirs\"}");

    jobs.run(jobs.job(simulator.origin()), "output.prefix=ai.");

    Row row = jobs.results().first();
    assertThat(row.<String>getAs(name)).isEqualTo("theirs");
    assertThat(row.<String>getAs("ai.model_name")).isEqualTo("small");
  }

  @Test
  void aPrefixRenamesOursWhereTheInputHasOneOfOurs() throws Exception {
    jobs.file("input.jsonl", "{\"question\": \"hi\", \"completion\": \"old\"}");

    jobs.run(jobs.job(simulator.origin()), "output.prefix=ai_");

    Row row = jobs.results().first();
    assertThat(row.<String>getAs("completion")).isEqualTo("old");
    assertThat(row.<String>getAs("ai_completion")).startsWith(AnswerFunction.tagFor("Q: hi"));
  }
}

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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers that are not good enough are asked of a larger model, and all attempts are priced. */
class CascadeTest {
  private static final int ROWS = 60;
  private static final int DISTINCT = 40;
  private static final String TO_LARGE = "cascade: {to: large, unless: [{sql: \"id % 3 = 0\"}]}";

  @TempDir Path folder;
  private JobHarness jobs;
  private Simulator simulator;

  @BeforeEach
  void start() throws IOException {
    jobs = new JobHarness(folder);
    simulator = JobHarness.simulator();
    jobs.repeatingQuestions(ROWS);
  }

  @AfterEach
  void stop() {
    simulator.close();
  }

  private Path job(String cascade, String largeProvider) throws IOException {
    return jobs.file(
        "job.yaml",
        "name: test",
        "input: {path: input.jsonl, format: json}",
        "prompt: {user: \"Q: {question}\"}",
        "providers:",
        "  openai: {base_url: \"" + simulator.origin() + "\", api_key_env: null}",
        "  broken: {dialect: openai, base_url: \""
            + simulator.origin()
            + "\", api_key_env: null, price_as: openai, headers: {x-simulate: 500}}",
        "retry: {max_attempts: 1}",
        "models:",
        "  small: {provider: openai, model: gpt-4o-mini, max_output_tokens: 400}",
        "  large: {provider: " + largeProvider + ", model: gpt-4o, max_output_tokens: 400}",
        cascade,
        "store: {path: store}",
        "output: {path: answers}",
        "runs: {path: runs}");
  }

  private void assertMoney(RunSummary summary) throws Exception {
    BigDecimal rows =
        RunSummary.exact(jobs.results().selectExpr("sum(cost_usd)").first().getDecimal(0));
    assertThat(rows).isEqualByComparingTo(summary.costUsd());
    assertThat(summary.costUsd().add(summary.wasteUsd().known()))
        .isEqualByComparingTo(PromptJobTest.billed(simulator, "delivered_usd"));
    assertThat(summary.unclaimedUsd()).isEqualByComparingTo(BigDecimal.ZERO);
  }

  @Test
  void whatFailsAChecksIsAnsweredByTheLargerModelAndARerunIsFree() throws Exception {
    Path job = job(TO_LARGE, "openai");

    RunSummary first = jobs.run(job).summary();
    assertMoney(first);
    RunSummary second = jobs.run(job).summary();

    assertThat(first.called()).isEqualTo(DISTINCT + DISTINCT / 2);
    assertThat(simulator.stats().requests()).isEqualTo(DISTINCT + DISTINCT / 2);
    assertThat(second.called()).isZero();
    assertThat(jobs.results().where("(id % 3 = 0) != (model_name = 'small')").count()).isZero();
    CascadeSummary cascade = first.cascade();
    assertThat(cascade.answered()).isEqualTo(ROWS);
    assertThat(cascade.escalated()).isEqualTo(ROWS * 2 / 3);
    assertThat(cascade.escalatedShare()).isEqualTo(0.666667);
    assertThat(cascade.audited()).isZero();
    assertThat(cascade.savedUsd()).isPositive();
    assertThat(second.cascade().savedUsd()).isNull();
  }

  @Tag("slow")
  @Test
  void aRowPaysForAllItsRungs() throws Exception {
    RunSummary summary = jobs.run(job(TO_LARGE, "openai"), "deduplicate=false").summary();

    assertMoney(summary);
    // a price of 2.50 and 10 USD against 0.15 and 0.60: more than the answer alone cost
    assertThat(
            jobs.results()
                .where("model_name = 'large' and served_from = 'call'")
                .where("cost_usd > input_tokens * 2.5e-6bd + output_tokens * 10e-6bd")
                .count())
        .isEqualTo(ROWS * 2 / 3);
  }

  @Tag("slow")
  @Test
  void checksSeeTheAnswer() throws Exception {
    Path job =
        job(
            "cascade: {to: large, unless: [{finish_reason: [STOP, LENGTH]}, {matches: '^.[0-7]'},"
                + " {sql: \"output_tokens > 0 and length(completion) > id - 1000\"}]}",
            "openai");

    RunSummary summary = jobs.run(job).summary();

    assertMoney(summary);
    assertThat(
            jobs.results().where("(completion rlike '^.[0-7]') != (model_name = 'small')").count())
        .isZero();
    assertThat(summary.cascade().escalated()).isBetween(1L, ROWS - 1L);
  }

  @Tag("slow")
  @Test
  void auditedRowsAreAskedOfBothModelsAndKeepTheFirstAnswerThatPasses() throws Exception {
    Path job = job(TO_LARGE.replace("}]}", "}], audit_fraction: 1}"), "openai");

    RunSummary first = jobs.run(job).summary();
    assertMoney(first);
    RunSummary second = jobs.run(job).summary();

    assertThat(first.called()).isEqualTo(2 * DISTINCT);
    assertThat(second.called()).isZero();
    assertThat(jobs.results().where("(id % 3 = 0) != (model_name = 'small')").count()).isZero();
    CascadeSummary cascade = first.cascade();
    assertThat(cascade.audited()).isEqualTo(DISTINCT);
    assertThat(cascade.agreement().share()).isZero(); // the simulator answers each model otherwise
    assertThat(cascade.agreementTrusted().requests()).isEqualTo(DISTINCT / 2);
    assertThat(cascade.agreementTrusted().high()).isBetween(0.15, 0.17); // Wilson, 0 of 20
    assertThat(second.cascade().audited()).isEqualTo(DISTINCT);
  }

  @Tag("slow")
  @Test
  void aShareIsAuditedAndTheSameOneEachTime() throws Exception {
    Path job = job(TO_LARGE.replace("}]}", "}], audit_fraction: 0.5}"), "openai");

    RunSummary first = jobs.run(job).summary();
    assertMoney(first);

    assertThat(first.cascade().audited()).isBetween(8L, 32L);
    assertThat(jobs.run(job).summary().called()).isZero();
  }

  @Tag("slow")
  @Test
  void whatWasPaidForRowsThatFailInTheEndIsWaste() throws Exception {
    RunSummary summary =
        jobs.run(job(TO_LARGE, "broken"), "failures.tolerated_fraction=1").summary();

    assertThat(summary.failed()).isEqualTo(ROWS * 2 / 3);
    assertThat(summary.failedByKind()).containsOnlyKeys("SERVER_ERROR");
    assertThat(summary.wasteUsd().known()).isPositive();
    assertMoney(summary);
    assertThat(jobs.results().where("error_kind is not null and cost_usd != 0").count()).isZero();
  }

  @Tag("slow")
  @Test
  void aRunThatIsStoppedWhileItEscalatesShowsNoAnswerThatIsNotGoodEnoughAndGoesOnThere()
      throws Exception {
    simulator.close();
    simulator = JobHarness.simulator("latency=fixed:200ms");
    Path job = job(TO_LARGE, "openai");

    RunSummary first =
        jobs.runUntil(simulator, DISTINCT + 3, job, "concurrency.initial=3").summary();
    Dataset<Row> partial =
        JobHarness.spark()
            .read()
            .parquet(folder.resolve("answers/_partial/run_id=" + first.runId()).toString());
    long wrong = partial.where("id % 3 != 0 and model_name = 'small'").count();
    RunSummary second = jobs.run(job).summary();

    assertThat(first.exitCode()).isEqualTo(130);
    assertThat(first.failedByKind()).containsOnlyKeys("NOT_ATTEMPTED");
    assertThat(wrong).isZero();
    assertThat(second.runId()).isEqualTo(first.runId());
    assertThat(simulator.stats().requests()).isEqualTo(DISTINCT + DISTINCT / 2);
    assertThat(second.succeeded()).isEqualTo(ROWS);
    assertMoney(second);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "length(completed) > 3 | completed",
        "length(completion     | cascade.unless[0].sql",
        "rand() > 0.5          | is not deterministic"
      })
  void sqlIsCheckedBeforeAnythingIsPaid(String sql, String problem) throws IOException {
    Path job = job("cascade: {to: large, unless: [{sql: \"" + sql + "\"}]}", "openai");

    assertThatThrownBy(() -> jobs.run(job))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(problem);
    assertThat(simulator.stats().requests()).isZero();
  }
}

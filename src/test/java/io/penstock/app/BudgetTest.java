package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.pipeline.InvalidInputException;
import io.penstock.report.RunSummary;
import io.penstock.simulator.Simulator;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run never costs more than its budget, uses it, and goes on when it is raised. */
class BudgetTest {
  private static final int ROWS = 1_000;

  /** Of a call with a short prompt at gpt-4o-mini's prices, and somewhat more. */
  private static final BigDecimal WORST_CASE = new BigDecimal("0.0003");

  private static final String WINDOW = "concurrency.initial=64";

  @TempDir Path folder;
  private JobHarness jobs;

  @BeforeEach
  void start() throws IOException {
    jobs = new JobHarness(folder);
    jobs.questions(ROWS);
  }

  @Tag("slow")
  @ParameterizedTest
  @ValueSource(strings = {"0.1", "0.5", "0.9"})
  void isUsedAndNeverExceededAndARaisedOneGoesOn(String part) throws IOException {
    BigDecimal whole = costOfTheJob();
    BigDecimal budget = whole.multiply(new BigDecimal(part));
    try (Simulator simulator = JobHarness.simulator("latency=lognormal:30ms:300ms")) {
      Path job = jobs.job(simulator.origin());

      RunSummary first = jobs.run(job, WINDOW, "budget.max_usd=" + budget).summary();
      BigDecimal billed = billed(simulator);
      RunSummary second = jobs.run(job, WINDOW, "budget.max_usd=1").summary();

      assertThat(first.exitCode()).isEqualTo(4);
      assertThat(first.stopped()).startsWith("BUDGET: budget.max_usd of ");
      assertThat(first.budgetUsd().max()).isEqualByComparingTo(budget);
      assertThat(first.budgetUsd().spent()).isEqualByComparingTo(billed);
      assertUsed(billed, budget);
      assertThat(first.failedByKind()).containsOnlyKeys("BUDGET");
      assertThat(second.exitCode()).isZero();
      assertThat(second.runId()).isEqualTo(first.runId());
      assertThat(second.succeeded()).isEqualTo(ROWS);
      assertThat(second.budgetUsd().spent()).isEqualByComparingTo(whole);
      assertThat(simulator.stats().requests()).isEqualTo(ROWS);
    }
  }

  @Tag("slow")
  @Test
  void holdsWithFaultsOverSeveralExecutions() throws IOException {
    BigDecimal whole = costOfTheJob();
    try (Simulator simulator =
        JobHarness.simulator(
            "latency=fixed:30ms", "faults=500=0.05,503=0.05,reset=0.05,malformed=0.03")) {
      Path job = jobs.job(simulator.origin());
      List<RunSummary> runs = new ArrayList<>();
      for (String part : List.of("0.2", "0.2", "0.6", "3")) {
        BigDecimal budget = whole.multiply(new BigDecimal(part));

        RunSummary run = jobs.run(job, WINDOW, "budget.max_usd=" + budget).summary();

        runs.add(run);
        assertThat(run.budgetUsd().spent()).isLessThanOrEqualTo(budget);
        assertThat(billed(simulator)).isLessThanOrEqualTo(run.budgetUsd().spent());
        if (run.exitCode() == 4) {
          assertUsed(run.budgetUsd().spent(), budget);
        }
      }
      assertThat(runs).extracting(RunSummary::exitCode).startsWith(4, 4, 4);
      assertThat(runs.get(1).succeeded()).isEqualTo(runs.get(0).succeeded());
      assertThat(runs.get(1).budgetUsd()).isEqualTo(runs.get(0).budgetUsd());
      assertThat(runs.get(3).failedByKind()).doesNotContainKey("BUDGET");
      assertThat(runs.get(3).succeeded()).isGreaterThan(ROWS * 9 / 10);
    }
  }

  @Test
  void whatIsTooDearIsLeftAndTheRestIsCalled() throws IOException {
    jobs.file(
        "input.jsonl",
        IntStream.range(0, 50)
            .mapToObj(
                i -> "{\"question\": \"" + i + (i % 10 == 0 ? "x".repeat(200_000) : "") + "\"}")
            .toArray(String[]::new));
    try (Simulator simulator = JobHarness.simulator("latency=fixed:20ms")) {
      RunSummary summary =
          jobs.run(jobs.job(simulator.origin()), "budget.max_usd=0.02", WINDOW).summary();

      assertThat(summary.exitCode()).isEqualTo(4);
      assertThat(summary.succeeded()).isEqualTo(45);
      assertThat(simulator.stats().requests()).isEqualTo(45);
      Row refused =
          JobHarness.spark()
              .read()
              .parquet(folder.resolve("answers/_partial/run_id=" + summary.runId()).toString())
              .where("error_kind is not null")
              .first();
      assertThat(refused.<String>getAs("error_kind")).isEqualTo("BUDGET");
      assertThat(refused.<String>getAs("error_message")).contains("raise it");
      assertThat(refused.<Object>getAs("attempts")).isNull();
    }
  }

  @Test
  void aBudgetForLessThanOneCallCallsNothing() throws IOException {
    try (Simulator simulator = JobHarness.simulator()) {
      RunSummary summary =
          jobs.run(jobs.job(simulator.origin()), "budget.max_usd=0.0001").summary();

      assertThat(summary.exitCode()).isEqualTo(4);
      assertThat(summary.failedByKind()).containsEntry("BUDGET", (long) ROWS);
      assertThat(summary.called()).isZero();
      assertThat(simulator.stats().requests()).isZero();
    }
  }

  @Test
  void aModelWithoutAPriceIsRefusedBeforeAnythingIsPaid() throws IOException {
    try (Simulator simulator = JobHarness.simulator()) {
      Path job = jobs.job(simulator.origin());

      assertThatThrownBy(() -> jobs.run(job, "models.small.model=sim-1", "budget.max_usd=1"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("models.small (openai/sim-1)");
      assertThat(simulator.stats().requests()).isZero();
    }
  }

  @Test
  void batchesWithoutABatchPriceAreRefusedBeforeAnythingIsPaid() throws IOException {
    try (Simulator simulator = JobHarness.simulator()) {
      Path job =
          jobs.job(
              simulator.origin(),
              "prices: {openai/gpt-4o-mini: {input: \"1\", output: \"1\"}}",
              "delivery: batch",
              "budget: {max_usd: 1}");

      assertThatThrownBy(() -> jobs.run(job))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("batch price")
          .hasMessageContaining("models.small (openai/gpt-4o-mini)");
      assertThat(simulator.stats().requests()).isZero();
      assertThat(
              jobs.run(job, "providers.openai.batch=false", "input.where=question = 'number 1'")
                  .summary())
          .extracting(RunSummary::exitCode)
          .isEqualTo(0);
    }
  }

  private static void assertUsed(BigDecimal spent, BigDecimal budget) {
    assertThat(spent).isLessThanOrEqualTo(budget);
    BigDecimal unused = budget.subtract(spent);
    assertThat(unused).isLessThan(budget.multiply(new BigDecimal("0.05")).max(WORST_CASE));
  }

  /** In a store of its own. */
  private BigDecimal costOfTheJob() throws IOException {
    try (Simulator simulator = JobHarness.simulator("latency=fixed:0ms")) {
      jobs.run(
          jobs.job(simulator.origin()),
          "name=whole",
          "store.path=whole-store",
          "output.path=whole-answers",
          WINDOW);
      return billed(simulator);
    }
  }

  private static BigDecimal billed(Simulator simulator) throws IOException {
    try {
      return PromptJobTest.billed(simulator, "total_usd");
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}

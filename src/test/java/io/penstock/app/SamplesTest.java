package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pipeline.RunMode;
import io.penstock.report.RunSummary;
import io.penstock.simulator.Simulator;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several answers to a row, an answer to each of equal rows, and a part of the rows. */
class SamplesTest {
  private static final int ROWS = 30;
  private static final int DISTINCT = 20;

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

  private static RunMode limit(long rows) {
    return new RunMode(false, false, false, rows, true);
  }

  @Test
  void eachSampleIsPaidOnceAndTheMoneyAddsUp() throws Exception {
    Path job = jobs.job(simulator.origin(), "samples: 3");

    RunSummary first = jobs.run(job, "input.id=id").summary();
    BigDecimal billed = PromptJobTest.billed(simulator, "delivered_usd");
    RunSummary second = jobs.run(job, "input.id=id").summary();

    assertThat(first.rows()).isEqualTo(3 * ROWS);
    assertThat(first.called()).isEqualTo(3 * DISTINCT);
    assertThat(first.duplicates()).isEqualTo(3 * (ROWS - DISTINCT));
    assertThat(first.costUsd()).isEqualByComparingTo(billed);
    assertThat(second.called()).isZero();
    assertThat(simulator.stats().requests()).isEqualTo(3 * DISTINCT);
    assertThat(jobs.results().selectExpr("id", "sample_index").distinct().count())
        .isEqualTo(3 * ROWS);
    assertThat(jobs.results().where("sample_index not in (0, 1, 2)").count()).isZero();
  }

  @Tag("slow")
  @Test
  void aJobWithFewerSamplesUsesThoseThatAreThere() throws Exception {
    Path job = jobs.job(simulator.origin());
    jobs.run(job, "samples=2");

    RunSummary one = jobs.run(job).summary();
    RunSummary three = jobs.run(job, "samples=3").summary();

    assertThat(one.called()).isZero();
    assertThat(three.called()).isEqualTo(DISTINCT);
  }

  @Test
  void withoutDeduplicationEveryRowIsCalledOnceAndForAll() throws Exception {
    Path job = jobs.job(simulator.origin(), "deduplicate: false", "samples: 2");

    RunSummary first = jobs.run(job, "input.id=id").summary();
    BigDecimal billed = PromptJobTest.billed(simulator, "delivered_usd");
    RunSummary second = jobs.run(job, "input.id=id").summary();

    assertThat(first.called()).isEqualTo(2 * ROWS);
    assertThat(first.duplicates()).isZero();
    assertThat(first.costUsd()).isEqualByComparingTo(billed);
    assertThat(second.called()).isZero();
    assertThat(second.cacheHits()).isEqualTo(2 * ROWS);
    assertThat(jobs.results().where("served_from = 'cache'").count()).isEqualTo(2 * ROWS);
    assertThat(jobs.results().where("sample_index not in (0, 1)").count()).isZero();
  }

  @Test
  void aLimitedRunIsPartialAndTheFullRunUsesItsAnswers() throws Exception {
    Path job = jobs.job(simulator.origin(), "samples: 2", "deduplicate: false");

    RunSummary part = jobs.run(job, limit(8)).summary();
    BigDecimal billed = PromptJobTest.billed(simulator, "delivered_usd");

    assertThat(part.exitCode()).isZero();
    assertThat(part.rows()).isEqualTo(16);
    assertThat(part.called()).isEqualTo(16);
    assertThat(part.costUsd()).isEqualByComparingTo(billed);
    assertThat(jobs.list("answers")).containsExactly("_partial");
    assertThat(jobs.list("answers/_partial")).containsExactly("run_id=" + part.runId());

    RunSummary full = jobs.run(job).summary();

    assertThat(full.runId()).isNotEqualTo(part.runId());
    assertThat(full.cacheHits()).isEqualTo(16);
    assertThat(full.called()).isEqualTo(2 * ROWS - 16);
    assertThat(jobs.list("answers")).containsExactly("run_id=" + full.runId());
  }

  @Tag("slow")
  @Test
  void aLimitedRunLeavesTheJobsUnfinishedRunAsItIs() throws Exception {
    try (Simulator slow = JobHarness.simulator("latency=fixed:300ms")) {
      Path job = jobs.job(slow.origin(), "deduplicate: false");
      RunSummary stopped = jobs.runUntil(slow, 1, job, "concurrency.initial=5").summary();

      RunSummary part = jobs.run(job, limit(ROWS)).summary();
      RunSummary whole = jobs.run(job).summary();

      assertThat(stopped.exitCode()).isEqualTo(130);
      assertThat(part.runId()).isNotEqualTo(stopped.runId());
      assertThat(part.cacheHits()).isEqualTo(stopped.called());
      assertThat(whole.runId()).isEqualTo(stopped.runId());
      assertThat(slow.stats().requests()).isEqualTo(ROWS);
    }
  }

  @Tag("slow")
  @Test
  void answersWithinTheAgeServe() throws Exception {
    Path job = jobs.job(simulator.origin());
    jobs.run(job);

    assertThat(jobs.run(job, "store.max_age_days=0.5").summary().called()).isZero();
  }
}

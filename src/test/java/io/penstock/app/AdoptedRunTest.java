package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.pipeline.InvalidInputException;
import io.penstock.pipeline.RunInterrupt;
import io.penstock.pipeline.RunMode;
import io.penstock.report.RunSummary;
import io.penstock.simulator.Simulator;
import io.penstock.store.JobLock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that did not end is gone on with; a job runs once at a time. */
class AdoptedRunTest {
  private static final int ROWS = 150;
  private static final RunMode NEW_RUN = new RunMode(true, false, false);

  @TempDir Path folder;
  private JobHarness jobs;

  @BeforeEach
  void start() throws IOException {
    jobs = new JobHarness(folder);
    jobs.file(
        "input.jsonl",
        IntStream.range(0, ROWS)
            .mapToObj(i -> "{\"question\": \"number " + i + "\", \"topic\": " + i % 3 + "}")
            .toArray(String[]::new));
  }

  /** Runs until a third of the calls are answered, then ends in order. */
  private RunSummary interrupted(Path job, Simulator simulator) throws IOException {
    RunInterrupt interrupt = new RunInterrupt();
    jobs.interrupt = interrupt;
    CompletableFuture<Void> stopper =
        CompletableFuture.runAsync(
            () -> {
              while (simulator.stats().ok() < ROWS / 3) {
                Thread.onSpinWait();
              }
              interrupt.interrupt("SIGTERM");
            },
            // not in the common pool: on two cores it has one thread, which Parquet reads with
            stop -> new Thread(stop, "stopper").start());
    RunSummary summary = jobs.run(job).summary();
    stopper.join();
    jobs.interrupt = new RunInterrupt();
    return summary;
  }

  @Test
  void anInterruptedRunPublishesWhatItHasAndIsGoneOnWith() throws Exception {
    try (Simulator simulator = JobHarness.simulator("latency=fixed:200ms")) {
      Path job = jobs.job(simulator.origin());

      RunSummary first = interrupted(job, simulator);
      long sent = simulator.stats().requests();
      RunSummary second = jobs.run(job, "retry.max_attempts=3").summary();

      assertThat(first.exitCode()).isEqualTo(130);
      assertThat(first.succeeded()).isEqualTo(sent).isLessThan(ROWS);
      assertThat(first.inDoubt()).isZero();
      assertThat(second.exitCode()).isZero();
      assertThat(second.runId()).isEqualTo(first.runId());
      assertThat(second.called()).isEqualTo(ROWS);
      assertThat(second.cacheHits()).isZero();
      assertThat(simulator.stats().requests()).isEqualTo(ROWS);
      assertThat(second.costUsd())
          .isEqualByComparingTo(PromptJobTest.billed(simulator, "delivered_usd"));
      assertThat(jobs.results().count()).isEqualTo(ROWS);
      assertThat(jobs.list("answers")).containsExactly("run_id=" + first.runId());
    }
  }

  @Test
  void aChangedJobIsNamedAndNothingIsCalled() throws IOException {
    try (Simulator simulator = JobHarness.simulator("latency=fixed:200ms")) {
      Path job = jobs.job(simulator.origin());
      RunSummary first = interrupted(job, simulator);
      long sent = simulator.stats().requests();

      assertThatThrownBy(() -> jobs.run(job, "prompt.user=Answer {question}"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContainingAll(first.runId(), "prompt.user", "--new-run");

      assertThat(simulator.stats().requests()).isEqualTo(sent);
    }
  }

  @Test
  void aRunThatIsGivenUpLeavesItsAnswersAndNoRows() throws IOException {
    try (Simulator simulator = JobHarness.simulator("latency=fixed:200ms")) {
      Path job = jobs.job(simulator.origin());
      RunSummary first = interrupted(job, simulator);

      RunSummary second = jobs.run(job, NEW_RUN, "output.mode=append").summary();

      assertThat(second.runId()).isNotEqualTo(first.runId());
      assertThat(second.cacheHits()).isEqualTo(first.called());
      assertThat(simulator.stats().requests()).isEqualTo(ROWS);
      assertThat(jobs.list("answers")).containsExactly("run_id=" + second.runId());
    }
  }

  @Test
  void theRowsOfARunAreThoseThatItRead() throws IOException {
    try (Simulator simulator = JobHarness.simulator("latency=fixed:200ms")) {
      Path job = jobs.job(simulator.origin());
      interrupted(job, simulator);
      jobs.file("input.jsonl", "{\"question\": \"another\", \"topic\": 9}");

      RunSummary second = jobs.run(job).summary();

      assertThat(second.rows()).isEqualTo(ROWS);
      assertThat(jobs.results().where("question = 'another'").count()).isZero();
    }
  }

  @Test
  void aRunWhoseInputWasOfNoUseIsNotGoneOnWith() throws IOException {
    try (Simulator simulator = JobHarness.simulator()) {
      Path job = jobs.job(simulator.origin());
      assertThatThrownBy(() -> jobs.run(job, "input.id=topic"))
          .hasMessageContaining("must not repeat");

      RunSummary second = jobs.run(job).summary();

      assertThat(second.exitCode()).isZero();
      assertThat(jobs.list("runs")).containsExactly(second.runId());
    }
  }

  @Test
  void whileAJobRunsItIsNotRunAgain() throws Exception {
    try (Simulator simulator = JobHarness.simulator()) {
      Path job = jobs.job(simulator.origin());
      try (JobLock other =
          JobLock.take(folder.resolve("store").toString(), "test", new Configuration())) {
        assertThatThrownBy(() -> jobs.run(job))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageContainingAll("test", "--wait-for-lock");
        assertThat(other.isLost()).isFalse();
      }

      assertThat(simulator.stats().requests()).isZero();
      assertThat(jobs.run(job).summary().exitCode()).isZero();
    }
  }

  @Test
  void failuresForGoodAreCalledAgainOnlyWhereAsked() throws IOException {
    try (Simulator simulator = JobHarness.simulator()) {
      jobs.file(
          "input.jsonl",
          "{\"question\": \"short\"}",
          "{\"question\": \"" + "x y ".repeat(262_144) + "\"}");
      // without a context window in the price it is the provider that finds the prompt too long
      Path job =
          jobs.job(
              simulator.origin(),
              "prices: {openai/gpt-4o-mini: {input: \"0.15\", output: \"0.60\"}}");
      RunSummary first = jobs.run(job).summary();

      long plain = jobs.run(job).summary().called();
      RunSummary all = jobs.run(job, new RunMode(false, false, true)).summary();

      assertThat(first.failedByKind()).containsEntry("CONTEXT_TOO_LONG", 1L);
      assertThat(plain).isZero();
      assertThat(all.called()).isEqualTo(1);
      assertThat(all.failedByKind()).isEqualTo(first.failedByKind());
    }
  }
}

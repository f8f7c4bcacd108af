package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.pipeline.RunInterrupt;
import io.penstock.pipeline.RunMode;
import io.penstock.report.RunSummary;
import io.penstock.simulator.Simulator;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs through Batch APIs, as the command line runs them. */
class BatchJobTest {
  private static final RunMode NO_WAIT = new RunMode(false, false, false, null, false);
  private static final String QUICK = "batch: {poll_interval_seconds: 1, adopt_seconds: 2}";
  private static final String HAVE_BATCH =
      "providers.openai.batch=true"; // the harness's server is no known one

  @TempDir Path folder;
  private JobHarness jobs;
  private Simulator simulator;

  @BeforeEach
  void start() {
    jobs = new JobHarness(folder);
  }

  @AfterEach
  void stop() {
    simulator.close();
  }

  private JsonNode stats() throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(simulator.origin() + "/stats")).build();
    return new ObjectMapper()
        .readTree(
            HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
  }

  private BigDecimal billed() throws IOException, InterruptedException {
    return PromptJobTest.billed(simulator, "total_usd");
  }

  private static long count(Dataset<Row> rows, String condition) {
    return rows.where(condition).count();
  }

  @Test
  void aJobGoesThroughBatchesAtTheirPriceAndItsAnswersServeRealtimeToo() throws Exception {
    simulator = JobHarness.simulator("batch-seconds=1");
    jobs.repeatingQuestions(300);
    Path job = jobs.job(simulator.origin(), "delivery: batch", QUICK);

    RunSummary batched = jobs.run(job, HAVE_BATCH, "batch.max_requests=60").summary();

    assertThat(batched.exitCode()).isZero();
    assertThat(batched.succeeded()).isEqualTo(300);
    assertThat(batched.called()).isZero();
    assertThat(batched.pending()).isZero();
    assertThat(batched.costUsd()).isPositive().isEqualByComparingTo(billed());
    Dataset<Row> rows = jobs.results();
    assertThat(count(rows, "delivery = 'batch'")).isEqualTo(300);
    assertThat(count(rows, "served_from = 'batch' and cost_usd > 0")).isEqualTo(200);
    assertThat(count(rows, "served_from = 'duplicate' and cost_usd = 0")).isEqualTo(100);
    assertThat(count(rows, "served_from = 'batch' and saved_usd = cost_usd")).isEqualTo(200);
    assertThat(stats().path("batches").path("completed").asLong())
        .as("200 requests, 57 in each at the most")
        .isEqualTo(4);
    assertThat(jobs.list("store/pending")).isEmpty();

    RunSummary again = jobs.run(job, "delivery=realtime").summary();

    assertThat(again.called()).isZero();
    assertThat(again.cacheHits()).isEqualTo(200);
    assertThat(again.costUsd()).isZero();
  }

  @Test
  void withoutWaitingARunEndsWith75UntilAllIsIn() throws Exception {
    simulator = JobHarness.simulator("batch-seconds=2");
    jobs.questions(50);
    Path job = jobs.job(simulator.origin(), "delivery: batch", QUICK);

    RunSummary first = jobs.run(job, NO_WAIT, HAVE_BATCH).summary();
    int runs = 1;
    RunSummary last = first;
    while (last.exitCode() == 75 && runs < 50) {
      last = jobs.run(job, NO_WAIT, HAVE_BATCH).summary();
      runs++;
    }

    assertThat(first.exitCode()).isEqualTo(75);
    assertThat(first.pending()).isEqualTo(50);
    assertThat(first.failedByKind()).containsExactly(Map.entry("PENDING", 50L));
    assertThat(last.exitCode()).isZero();
    assertThat(last.runId()).isEqualTo(first.runId());
    assertThat(last.succeeded()).isEqualTo(50);
    assertThat(last.costUsd()).isEqualByComparingTo(billed());
    assertThat(stats().path("batches").path("completed").asLong()).isEqualTo(1);
    assertThat(jobs.list("answers")).containsExactly("run_id=" + first.runId());
  }

  @Test
  void highPriorityIsAnsweredBeforeBatchesEnd() throws Exception {
    simulator = JobHarness.simulator("batch-seconds=3");
    jobs.file(
        "input.jsonl",
        IntStream.range(0, 40)
            .mapToObj(
                i ->
                    "{\"question\": \"n %d\", \"priority\": \"%s\"}"
                        .formatted(i, i % 4 == 0 ? "high" : "low"))
            .toArray(String[]::new));
    Path job =
        jobs.job(
            simulator.origin(),
            "delivery: [{when: \"priority = 'high'\", mode: realtime}, {mode: batch}]",
            QUICK);

    RunSummary all = jobs.run(job, HAVE_BATCH).summary();

    assertThat(jobs.said).anyMatch(line -> line.startsWith("10 of 40 rows have an answer"));
    assertThat(all.exitCode()).isZero();
    assertThat(all.called()).isEqualTo(10);
    assertThat(count(jobs.results(), "priority = 'high' and delivery = 'realtime'")).isEqualTo(10);
    assertThat(count(jobs.results(), "priority = 'low' and delivery = 'batch'")).isEqualTo(30);
    assertThat(all.costUsd()).isEqualByComparingTo(billed());
  }

  /** Requests that were paid, each once. */
  private long executed() throws IOException, InterruptedException {
    assertThat(stats().path("billed_duplicates").asLong()).as("paid twice").isZero();
    return stats().path("billed").asLong();
  }

  @Tag("slow")
  @Test
  void whatAnExpiredBatchLeftIsSubmittedAgainAndPaidOnce() throws Exception {
    simulator =
        JobHarness.simulator("batch-seconds=1", "batch-faults=expired=0.4", "batch-faulty=1");
    jobs.questions(50);
    Path job = jobs.job(simulator.origin(), "delivery: batch", QUICK);

    RunSummary all = jobs.run(job, HAVE_BATCH).summary();

    assertThat(all.exitCode()).isZero();
    assertThat(all.succeeded()).isEqualTo(50);
    assertThat(all.called()).isZero();
    assertThat(stats().path("batches").path("expired").asLong()).isEqualTo(1);
    assertThat(stats().path("batches").path("completed").asLong()).isEqualTo(1);
    assertThat(executed()).isEqualTo(50);
    assertThat(all.costUsd()).isEqualByComparingTo(billed());
  }

  @Tag("slow")
  @Test
  void whatAnExpiredBatchLeftIsCalledWhereTheJobWantsThat() throws Exception {
    simulator =
        JobHarness.simulator("batch-seconds=1", "batch-faults=expired=0.4", "batch-faulty=1");
    jobs.questions(50);
    Path job = jobs.job(simulator.origin(), "delivery: batch", QUICK);

    RunSummary all = jobs.run(job, HAVE_BATCH, "batch.on_expiry=realtime").summary();

    assertThat(all.exitCode()).isZero();
    assertThat(all.succeeded()).isEqualTo(50);
    assertThat(all.called()).isEqualTo(30);
    assertThat(count(jobs.results(), "delivery = 'batch'")).isEqualTo(20);
    assertThat(executed()).isEqualTo(50);
    assertThat(all.costUsd()).isEqualByComparingTo(billed());
  }

  @Test
  void failedLinesHaveTheirKindAndPassingOnesAreAskedAgain() throws Exception {
    simulator =
        JobHarness.simulator(
            "batch-seconds=1", "batch-faults=line_429=0.2,line_500=0.1,line_400=0.1");
    jobs.questions(60);
    Path job = jobs.job(simulator.origin(), "delivery: batch", QUICK);

    RunSummary all = jobs.run(job, HAVE_BATCH, "failures.tolerated_fraction=1").summary();

    assertThat(all.exitCode()).isZero();
    assertThat(all.failedByKind().keySet()).containsExactly("INVALID_REQUEST");
    assertThat(all.failed()).isBetween(1L, 20L);
    assertThat(count(jobs.results(), "error_kind is null and delivery = 'batch'"))
        .isEqualTo(all.succeeded());
    assertThat(executed()).isEqualTo(all.succeeded());
    assertThat(all.costUsd()).isEqualByComparingTo(billed());
  }

  @Tag("slow")
  @Test
  void nearTheDeadlineWhatBatchesHoldIsCalledInstead() throws Exception {
    simulator = JobHarness.simulator("batch-seconds=60");
    jobs.questions(20);
    Path job = jobs.job(simulator.origin(), "delivery: batch", QUICK);

    RunSummary all = jobs.run(job, HAVE_BATCH, "batch.deadline_seconds=40").summary();

    assertThat(all.exitCode()).isZero();
    assertThat(all.succeeded()).isEqualTo(20);
    assertThat(all.called()).isPositive();
    assertThat(executed()).isEqualTo(20);
    assertThat(all.costUsd()).isEqualByComparingTo(billed());
  }

  @Tag("slow")
  @Test
  void batchesKeepTheBudgetAndARaisedOneGoesOn() throws Exception {
    simulator = JobHarness.simulator("batch-seconds=1");
    jobs.questions(60);
    Path job = jobs.job(simulator.origin(), "delivery: batch", QUICK);

    RunSummary stopped =
        jobs.run(job, HAVE_BATCH, "budget={max_usd: 0.0008, when_over: spend}").summary();
    BigDecimal spent = billed();

    assertThat(stopped.exitCode()).isEqualTo(4);
    assertThat(stopped.failedByKind().keySet()).containsExactly("BUDGET");
    assertThat(spent).isBetween(new BigDecimal("0.0006"), new BigDecimal("0.0008"));
    assertThat(stopped.costUsd()).isEqualByComparingTo(spent);

    RunSummary all = jobs.run(job, HAVE_BATCH, "budget.max_usd=1").summary();

    assertThat(all.exitCode()).isZero();
    assertThat(all.runId()).isEqualTo(stopped.runId());
    assertThat(all.succeeded()).isEqualTo(60);
    assertThat(executed()).isEqualTo(60);
    assertThat(all.costUsd()).isEqualByComparingTo(billed());
  }

  @Test
  void aBatchWhoseCreationGotLostIsAdopted() throws Exception {
    simulator =
        JobHarness.simulator("batch-seconds=1", "batch-faults=lost_create=1", "batch-faulty=1");
    jobs.questions(30);
    Path job = jobs.job(simulator.origin(), "delivery: batch", QUICK);

    RunSummary all = jobs.run(job, HAVE_BATCH).summary();

    assertThat(all.exitCode()).isZero();
    assertThat(all.succeeded()).isEqualTo(30);
    assertThat(stats().path("batches").path("completed").asLong()).isEqualTo(1);
    assertThat(executed()).isEqualTo(30);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "batch-faults=lost_create=1"})
  void messageBatchesOfAnthropicToo(String fault) throws Exception {
    simulator =
        fault.isEmpty()
            ? JobHarness.simulator("batch-seconds=1")
            : JobHarness.simulator("batch-seconds=1", fault, "batch-faulty=1");
    jobs.questions(30);
    Path job =
        jobs.job(
            simulator.origin(),
            "delivery: batch",
            "batch: {poll_interval_seconds: 1, adopt_seconds: 20}");

    RunSummary all =
        jobs.run(
                job,
                "providers={claude: {dialect: anthropic, batch: true, price_as: anthropic, base_url: '"
                    + simulator.origin()
                    + "'}}",
                "models.small={provider: claude, model: claude-haiku-4-5, max_output_tokens: 400}")
            .summary();

    assertThat(all.exitCode()).isZero();
    assertThat(all.succeeded()).isEqualTo(30);
    assertThat(executed()).isEqualTo(30);
    assertThat(all.costUsd()).isPositive().isEqualByComparingTo(billed());
  }

  @Test
  void cancelledBatchesAreBroughtInAsFarAsTheyCame() throws Exception {
    simulator = JobHarness.simulator("batch-seconds=60");
    jobs.questions(30);
    Path job = jobs.job(simulator.origin(), "delivery: batch", QUICK);
    jobs.run(job, NO_WAIT, HAVE_BATCH);

    List<String> listed = jobs.batches(job, HAVE_BATCH).list();
    long left = jobs.batches(job, HAVE_BATCH).cancel(new RunInterrupt());

    assertThat(listed).singleElement().asString().contains("batch b", "of 30 done");
    assertThat(left).isZero();
    assertThat(stats().path("batches").path("cancelled").asLong()).isEqualTo(1);
    assertThat(jobs.batches(job, HAVE_BATCH).list()).isEmpty();

    RunSummary all = jobs.run(job, HAVE_BATCH, "delivery=realtime").summary();

    assertThat(all.exitCode()).isZero();
    assertThat(executed()).isEqualTo(30);
    assertThat(all.costUsd()).isEqualByComparingTo(billed());
  }

  @Test
  void whatABatchHoldsIsPendingForOtherJobsTooUntilItIsTakenIn() throws Exception {
    simulator = JobHarness.simulator("batch-seconds=1");
    jobs.questions(20);
    Path job = jobs.job(simulator.origin(), "delivery: batch", QUICK);
    String[] other = {"name=other", "delivery=realtime", "output.path=others", HAVE_BATCH};
    jobs.run(job, NO_WAIT, HAVE_BATCH);

    RunSummary pending = jobs.run(job, NO_WAIT, other).summary();
    RunSummary own = jobs.run(job, HAVE_BATCH).summary();
    RunSummary served = jobs.run(job, other).summary();

    assertThat(pending.exitCode()).isEqualTo(75);
    assertThat(pending.pending()).isEqualTo(20);
    assertThat(own.costUsd()).isPositive().isEqualByComparingTo(billed());
    assertThat(served.exitCode()).isZero();
    assertThat(served.succeeded()).isEqualTo(20);
    assertThat(served.costUsd()).isZero();
    assertThat(executed()).isEqualTo(20);
  }

  @Tag("slow")
  @Test
  void aProviderThatTakesNoBatchIsCalled() throws Exception {
    simulator = JobHarness.simulator("batch-seconds=1", "batch-faults=failed=1");
    jobs.questions(20);
    Path job = jobs.job(simulator.origin(), "delivery: batch", QUICK);

    RunSummary all = jobs.run(job, HAVE_BATCH).summary();

    assertThat(all.exitCode()).isZero();
    assertThat(all.succeeded()).isEqualTo(20);
    assertThat(executed()).isEqualTo(20);
  }
}

package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
}

package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pipeline.PromptJob.Finished;
import io.penstock.report.RunSummary;
import io.penstock.simulator.Simulator;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What providers' prompt caches save where a job asks for them, on the simulator. */
class PromptCacheJobTest {
  private static final int ROWS = 40;
  private static final int POLICIES = 2;

  @TempDir Path folder;

  private Path job(JobHarness jobs) throws Exception {
    jobs.file(
        "input.jsonl",
        IntStream.range(0, ROWS)
            .mapToObj(
                i ->
                    "{\"policy\": \"Policy %d:%s\", \"question\": \"number %d\"}"
                        .formatted(i % POLICIES, " the".repeat(1_100), i))
            .toArray(String[]::new));
    return jobs.file(
        "job.yaml",
        "name: test",
        "input: {path: input.jsonl, format: json}",
        "prompt: {system: \"{policy}\", user: \"Q: {question}\"}",
        "providers: {anthropic: {api_key_env: null}}",
        "models: {small: {provider: anthropic, model: claude-haiku-4-5, max_output_tokens: 100}}",
        "store: {path: store}",
        "output: {path: answers}",
        "runs: {path: runs}");
  }

  private static String at(Simulator simulator) {
    return "providers.anthropic.base_url=" + simulator.origin();
  }

  @Test
  void cachedReadsLowerTheBillAndAreCountedToTheLastDigit() throws Exception {
    JobHarness jobs = new JobHarness(folder);
    Path job = job(jobs);
    BigDecimal plain;
    try (Simulator simulator = JobHarness.simulator()) {
      plain = jobs.run(job, at(simulator)).summary().costUsd();
    }
    for (String wish : new String[] {"true", "1h"}) {
      try (Simulator simulator = JobHarness.simulator()) {
        Finished finished = jobs.run(job, at(simulator), "prompt.cache_prefix=" + wish);

        BigDecimal cost = finished.summary().costUsd();
        assertThat(cost).isEqualByComparingTo(PromptJobTest.billed(simulator, "total_usd"));
        assertThat(cost).isLessThan(plain.multiply(new BigDecimal("0.7")));
        Row sums =
            jobs.results()
                .selectExpr(
                    "count_if(cache_read_input_tokens > 0)",
                    "count_if(cache_creation_input_tokens > 0)",
                    "sum(cost_usd)")
                .first();
        assertThat(sums.getLong(0)).isEqualTo(ROWS - POLICIES);
        assertThat(sums.getLong(1)).isEqualTo(POLICIES);
        assertThat(RunSummary.exact(sums.getDecimal(2))).isEqualByComparingTo(cost);
      }
    }
  }

  @Tag("slow")
  @Test
  void theHintChangesNoFingerprint() throws Exception {
    JobHarness jobs = new JobHarness(folder);
    Path job = job(jobs);
    try (Simulator simulator = JobHarness.simulator()) {
      jobs.run(job, at(simulator));

      Finished again = jobs.run(job, at(simulator), "prompt.cache_prefix=1h");

      assertThat(again.summary().cacheHits()).isEqualTo(ROWS);
      assertThat(simulator.stats().requests()).isEqualTo(ROWS);
    }
  }
}

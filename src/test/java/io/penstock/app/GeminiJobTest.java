package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.report.RunSummary;
import io.penstock.simulator.AnswerFunction;
import io.penstock.simulator.Simulator;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole jobs in Gemini's dialect against the simulator. */
class GeminiJobTest {
  @TempDir Path folder;
  private JobHarness jobs;

  @BeforeEach
  void start() throws IOException {
    jobs = new JobHarness(folder);
    jobs.questions(60);
  }

  private Path job(String provider) throws IOException {
    return jobs.file(
        "job.yaml",
        "name: test",
        "input: {path: input.jsonl, format: json}",
        "prompt: {system: \"Be brief.\", user: \"Q: {question}\"}",
        "providers: {gemini: {" + provider + "}}",
        "models: {small: {provider: gemini, model: gemini-2.5-flash, max_output_tokens: 2000,"
            + " temperature: 0, topK: 40, thinkingConfig: {thinkingBudget: 64}}}",
        "store: {path: store}",
        "output: {path: answers}",
        "runs: {path: runs}");
  }

  @Test
  void everyRowHasItsAnswerAndTheBillIsTheProviders() throws Exception {
    try (Simulator simulator =
        JobHarness.simulator("faults=429=0.05,500=0.05,503=0.05", "seed=3")) {
      Path job = job("base_url: \"" + simulator.origin() + "/v1beta\", api_key_env: null");

      RunSummary summary = jobs.run(job, "retry.max_attempts=20").summary();

      assertThat(summary.exitCode()).isZero();
      assertThat(summary.failed()).isZero();
      assertThat(summary.retries()).isPositive();
      assertThat(summary.costUsd())
          .isEqualByComparingTo(PromptJobTest.billed(simulator, "total_usd"));
      for (Row row : jobs.results().collectAsList()) {
        assertThat(row.<String>getAs("completion"))
            .startsWith(AnswerFunction.tagFor("Q: " + row.<String>getAs("question")));
        assertThat(row.<String>getAs("provider_name")).isEqualTo("gemini");
        assertThat(row.<String>getAs("response_model")).isEqualTo("gemini-2.5-flash");
        assertThat(row.<Long>getAs("reasoning_output_tokens"))
            .isBetween(1L, row.<Long>getAs("output_tokens") - 1);
      }
    }
  }

  @Test
  void aWrongKeyStopsTheRun() throws Exception {
    Path key = jobs.file("key", "wrong-key-4711");
    try (Simulator locked = JobHarness.simulator("api-key=right-key")) {
      Path job =
          job(
              "base_url: \""
                  + locked.origin()
                  + "/v1beta\", api_key_env: null, api_key_file: "
                  + key);

      RunSummary summary = jobs.run(job).summary();

      assertThat(summary.exitCode()).isEqualTo(5);
      assertThat(summary.stopped()).startsWith("AUTHENTICATION").doesNotContain("4711");
    }
  }
}

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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows that a model fails are asked of another, and nothing is called or paid twice. */
class FallbackTest {
  private static final int ROWS = 40;
  private static final int FEW = 3;
  private static final String BOTH = "[OVERLOADED, CONTEXT_TOO_LONG]";

  @TempDir Path folder;
  private JobHarness jobs;

  @BeforeEach
  void start() throws IOException {
    jobs = new JobHarness(folder);
    jobs.questions(ROWS);
  }

  /** Of the provider openai every request fails as the header says; backup answers. */
  private Path job(Simulator simulator, String smallFails, String... models) throws IOException {
    String backup =
        "dialect: openai, base_url: \"%s\", api_key_env: null, price_as: openai"
            .formatted(simulator.origin());
    List<String> lines =
        new ArrayList<>(
            List.of(
                "name: test",
                "input: {path: input.jsonl, format: json}",
                "prompt: {user: \"Q: {question}\"}",
                "providers:",
                "  openai: {base_url: \"%s\", api_key_env: null%s}"
                    .formatted(
                        simulator.origin(),
                        smallFails.isEmpty() ? "" : ", headers: {x-simulate: " + smallFails + "}"),
                "  backup: {" + backup + "}",
                "  broken: {" + backup + ", headers: {x-simulate: 500}}",
                "retry: {row_deadline_seconds: 1, max_attempts: 1}",
                "store: {path: store}",
                "output: {path: answers}",
                "runs: {path: runs}",
                "models:"));
    for (String model : models) {
      lines.add("  " + model);
    }
    return jobs.file("job.yaml", lines.toArray(String[]::new));
  }

  private static String model(String name, String provider, String model, String fallback) {
    return "%s: {provider: %s, model: %s, max_output_tokens: 400, fallback: %s}"
        .formatted(name, provider, model, fallback);
  }

  private static void assertMoney(RunSummary summary, Simulator simulator) throws Exception {
    assertThat(summary.costUsd().add(summary.wasteUsd().known()))
        .isEqualByComparingTo(PromptJobTest.billed(simulator, "delivered_usd"));
  }

  @Test
  void rowsThatTheFirstModelFailsAreAnsweredByTheNextAndARerunIsFree() throws Exception {
    jobs.questions(FEW); // more refusals in a row would pause the account
    try (Simulator simulator = JobHarness.simulator()) {
      Path job =
          job(
              simulator,
              "529",
              model("small", "openai", "gpt-4o-mini", "[{model: large, on: " + BOTH + "}]"),
              model("large", "backup", "gpt-4o", "[]"));

      RunSummary first = jobs.run(job, "samples=2").summary();
      long sent = simulator.stats().requests();
      RunSummary second = jobs.run(job, "samples=2").summary();

      assertThat(first.exitCode()).isZero();
      assertThat(first.succeeded()).isEqualTo(2 * FEW);
      assertThat(simulator.stats().ok()).isEqualTo(2 * FEW);
      assertMoney(first, simulator);
      assertThat(first.costUsd()).isPositive();
      assertThat(first.unclaimedUsd()).isEqualByComparingTo(BigDecimal.ZERO);
      assertThat(simulator.stats().requests()).isEqualTo(sent);
      assertThat(second.called()).isZero();
      assertThat(second.costUsd()).isEqualByComparingTo(BigDecimal.ZERO);
      assertThat(
              jobs.results()
                  .where("model_name = 'large' and request_model = 'gpt-4o'")
                  .where("provider_name = 'backup' and served_from = 'cache'")
                  .where("error_kind is null and completion is not null")
                  .count())
          .isEqualTo(2 * FEW);
    }
  }

  @Tag("slow")
  @Test
  void promptsThatAreTooLongGoToAModelThatTakesThem() throws Exception {
    jobs.file(
        "input.jsonl",
        "{\"question\": \"short\"}",
        "{\"question\": \"" + "x y ".repeat(131_072) + "\"}",
        "{\"question\": \"" + "x y ".repeat(131_072) + "\"}");
    try (Simulator simulator = JobHarness.simulator()) {
      Path job =
          job(
              simulator,
              "",
              model("small", "openai", "gpt-4o-mini", "[{model: large, on: " + BOTH + "}]"),
              model("large", "backup", "gpt-4.1-mini", "[]"));

      RunSummary first = jobs.run(job).summary();
      RunSummary second = jobs.run(job).summary();

      assertThat(first.succeeded()).isEqualTo(3);
      assertThat(first.called()).isEqualTo(2); // small is not asked for what it cannot take
      assertMoney(first, simulator);
      assertThat(second.called()).isZero();
      assertThat(jobs.results().where("model_name = 'large'").count()).isEqualTo(2);
      assertThat(jobs.results().where("served_from = 'duplicate'").count()).isEqualTo(1);
    }
  }

  @Tag("slow")
  @Test
  void aChainGoesOnUntilAModelAnswersAndARowThatNoneAnswersHasTheLastReason() throws Exception {
    try (Simulator simulator = JobHarness.simulator()) {
      String small = model("a", "openai", "gpt-4o-mini", "[{model: b, on: [SERVER_ERROR]}]");
      String broken = model("b", "broken", "gpt-4o", "[{model: c, on: [SERVER_ERROR]}]");
      Path job = job(simulator, "500", small, broken, model("c", "backup", "gpt-4.1", "[]"));

      RunSummary answered = jobs.run(job).summary();

      assertThat(answered.succeeded()).isEqualTo(ROWS);
      assertMoney(answered, simulator);

      RunSummary failed =
          jobs.run(job, "models.c.provider=broken", "models.c.seed=7", "store.path=other")
              .summary();

      assertThat(failed.exitCode()).isEqualTo(3);
      assertThat(failed.failedByKind()).containsOnlyKeys("SERVER_ERROR").containsValue((long) ROWS);
      assertThat(jobs.results().where("model_name = 'c' and cost_usd = 0").count()).isEqualTo(ROWS);
    }
  }

  @Tag("slow")
  @Test
  void aRunThatIsStoppedInTheSecondRoundGoesOnThere() throws Exception {
    try (Simulator simulator = JobHarness.simulator("latency=fixed:200ms")) {
      Path job =
          job(
              simulator,
              "500",
              model("small", "openai", "gpt-4o-mini", "[{model: large, on: [SERVER_ERROR]}]"),
              model("large", "backup", "gpt-4o", "[]"));
      RunSummary first = jobs.runUntil(simulator, 5, job, "concurrency.initial=5").summary();
      long answered = simulator.stats().ok();

      RunSummary second = jobs.run(job).summary();

      assertThat(first.exitCode()).isEqualTo(130);
      assertThat(first.succeeded()).isEqualTo(answered).isBetween(5L, ROWS - 1L);
      assertThat(first.failedByKind()).containsOnlyKeys("NOT_ATTEMPTED");
      assertThat(second.runId()).isEqualTo(first.runId());
      assertThat(second.succeeded()).isEqualTo(ROWS);
      assertThat(simulator.stats().requests()).isEqualTo(2 * ROWS); // each model once for each row
      assertMoney(second, simulator);
    }
  }

  @Test
  void oneModelInTwoAccountsIsNoFallbackOfItself() throws IOException {
    try (Simulator simulator = JobHarness.simulator()) {
      Path job =
          job(
              simulator,
              "",
              model("small", "broken", "gpt-4o", "[{model: large, on: [OVERLOADED]}]"),
              model("large", "backup", "gpt-4o", "[]"));

      assertThatThrownBy(() -> jobs.run(job))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("makes the same requests as");
    }
  }
}

package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.pipeline.InvalidInputException;
import io.penstock.pipeline.PromptJob;
import io.penstock.pipeline.PromptJob.Finished;
import io.penstock.pipeline.RunMode;
import io.penstock.pricing.CostEstimate;
import io.penstock.report.RunPlan;
import io.penstock.report.RunSummary;
import io.penstock.simulator.Simulator;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans of whole jobs, and the simulator's bills of the runs that follow. */
class PlanTest {
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

  private RunPlan plan(Path job, String... sets) throws IOException, InterruptedException {
    JobFile file = JobFile.read(job.toString(), List.of(sets), JobWiring.DIALECTS);
    try (JobWiring wiring = JobWiring.of(file)) {
      return new PromptJob(JobHarness.spark(), wiring.setup(), jobs.said::add).plan();
    }
  }

  /** A provider that is the same wherever it listens. */
  private static String[] same(Simulator simulator, String... more) {
    return Stream.concat(
            Stream.of(
                "providers.mine.dialect=openai",
                "providers.mine.base_url=" + simulator.origin(),
                "providers.mine.identity=same",
                "providers.mine.price_as=openai",
                "models.small.provider=mine"),
            Stream.of(more))
        .toArray(String[]::new);
  }

  private static void assertWithin(CostEstimate estimate, BigDecimal bill) {
    assertThat(bill).isBetween(estimate.low(), estimate.high());
  }

  @Test
  void aPlanPaysNothingAndLeavesNothing() throws Exception {
    jobs.file(
        "input.jsonl",
        "{\"question\": \"a\"}",
        "{\"question\": \"a\"}",
        "{\"question\": \"b\"}",
        "{\"question\": null}");
    Path job = jobs.job(simulator.origin());

    RunPlan plan = plan(job);

    assertThat(simulator.stats().requests()).isZero();
    assertThat(plan.rows()).isEqualTo(4);
    assertThat(plan.invalidByReason()).isEqualTo(Map.of("column question is null", 1L));
    assertThat(plan.distinct()).isEqualTo(2);
    assertThat(plan.duplicates()).isEqualTo(1);
    assertThat(plan.toCall()).isEqualTo(2);
    assertThat(plan.toCallByReason())
        .isEqualTo(Map.of("new", 2L, "parameters_changed", 0L, "too_old", 0L, "failed_before", 0L));
    assertThat(plan.estimateUsd().expected()).isNull();
    assertThat(jobs.list("runs")).isEmpty();
    assertThat(jobs.list("store")).isEmpty();
    assertThat(jobs.list("answers")).isEmpty();
  }

  @Tag("slow")
  @Test
  void theInputIsCountedToTheTokenThatIsBilled() throws Exception {
    jobs.questions(60);
    Path job = jobs.job(simulator.origin());

    RunPlan plan = plan(job);
    Finished finished = jobs.run(job);

    assertThat(plan.calls().get(0).inputTokens()).isEqualTo(finished.summary().inputTokens());
    assertThat(plan.calls().get(0).inputTokensExact()).isTrue();
    assertWithin(plan.estimateUsd(), PromptJobTest.billed(simulator, "total_usd"));
    assertThat(finished.summary().estimateUsd()).isEqualTo(plan.estimateUsd());
  }

  @Test
  void fiftyAnswersMakeAnEstimateThatHoldsTheBillOfTheRest() throws Exception {
    jobs.questions(50);
    Path job = jobs.job(simulator.origin());
    jobs.run(job);
    BigDecimal before = PromptJobTest.billed(simulator, "total_usd");
    jobs.questions(400);

    RunPlan plan = plan(job);
    Finished finished = jobs.run(job);

    BigDecimal bill = PromptJobTest.billed(simulator, "total_usd").subtract(before);
    assertThat(plan.cached()).isEqualTo(50);
    assertThat(plan.calls().get(0).historyAnswers()).isEqualTo(50);
    assertThat(plan.estimateUsd().expected()).isNotNull();
    assertThat(plan.savedUsd().cache()).isPositive();
    assertWithin(plan.estimateUsd(), bill);
    assertThat(plan.estimateUsd().high().doubleValue() / plan.estimateUsd().low().doubleValue())
        .isLessThanOrEqualTo(4);
    assertThat(finished.summary().estimateUsd()).isEqualTo(plan.estimateUsd());
    assertThat(plan.time().seconds()).isNotNull();
    JsonNode kept =
        new ObjectMapper().readTree(Files.readString(Path.of(finished.runPath(), "plan.json")));
    assertThat(kept.path("rows").asLong()).isEqualTo(400);
    assertThat(kept.at("/estimate_usd/expected").decimalValue())
        .isEqualByComparingTo(plan.estimateUsd().expected());
  }

  @Tag("slow")
  @Test
  void aCascadesFurtherCallsAreInTheEstimate() throws Exception {
    jobs.questions(200);
    Path job = jobs.job(simulator.origin());
    String[] cascade = {
      "models.large={provider: openai, model: gpt-4o, max_output_tokens: 400}",
      "cascade={to: large, unless: [{matches: '^.[0-7]'}]}" // of the tag, half of all
    };

    RunPlan unknown = plan(job, cascade);
    jobs.run(job, new RunMode(false, false, false, 60L, true), cascade);
    BigDecimal before = PromptJobTest.billed(simulator, "total_usd");
    RunPlan told = plan(job, cascade);
    RunSummary rest = jobs.run(job, cascade).summary();

    BigDecimal bill = PromptJobTest.billed(simulator, "total_usd").subtract(before);
    assertThat(unknown.calls().get(1).requests()).isEqualTo(200);
    assertThat(unknown.estimateUsd().expected()).isNull();
    assertThat(told.calls().get(1).model()).isEqualTo("large");
    assertThat(told.calls().get(1).requests()).isBetween(35L, 105L);
    assertWithin(told.estimateUsd(), bill);
    assertThat(rest.cascade().escalated()).isPositive();
  }

  @Tag("slow")
  @Test
  void reasonsTellChangedParametersFromNewPromptsAndFailures() throws Exception {
    jobs.questions(20);
    Path job = jobs.job(simulator.origin());
    jobs.run(job);
    jobs.questions(30);

    RunPlan more = plan(job);
    RunPlan warmer = plan(job, "models.small.temperature=0.7");
    RunPlan otherModel = plan(job, "models.small.model=gpt-4o");
    RunPlan fresh = plan(job, "store.max_age_days=0");

    assertThat(more.toCallByReason()).containsEntry("new", 10L).containsEntry("failed_before", 0L);
    assertThat(warmer.toCallByReason())
        .containsEntry("new", 10L)
        .containsEntry("parameters_changed", 20L);
    assertThat(otherModel.toCallByReason()).containsEntry("parameters_changed", 20L);
    assertThat(fresh.toCallByReason()).containsEntry("new", 10L).containsEntry("too_old", 20L);
    assertThat(otherModel.estimateUsd().expected()).isNull(); // another model's answers say nothing
  }

  @Tag("slow")
  @Test
  void whatFailedForAWhileIsToldApart() throws Exception {
    jobs.questions(10);
    try (Simulator failing = JobHarness.simulator("faults=500=1.0")) {
      jobs.run(jobs.job(failing.origin()), same(failing, "retry.max_attempts=1"));
    }

    RunPlan plan = plan(jobs.job(simulator.origin()), same(simulator));

    assertThat(plan.toCallByReason()).containsEntry("failed_before", 10L);
  }

  @Tag("slow")
  @Test
  void routesAreToldApartAndWhatTheySave() throws Exception {
    jobs.questions(40);
    Path job =
        jobs.job(
            simulator.origin(),
            "routing: [{when: \"length(question) < 9\", model: small}, {model: large}]");
    String[] models = {"models.large.provider=openai", "models.large.model=gpt-4o"};
    jobs.run(job, models);
    jobs.questions(80);

    RunPlan plan = plan(job, models);

    assertThat(plan.calls()).hasSize(1);
    assertThat(plan.calls().get(0).route()).isEqualTo(1);
    RunPlan renamed =
        plan(job, "models.large.provider=openai", "models.large.model=gpt-4o", "name=x");
    assertThat(renamed.estimateUsd().expected()).isNull();
  }

  @Test
  void warnsOfWhatTheBillHangsOn() throws Exception {
    jobs.questions(3);
    Path job = jobs.job(simulator.origin());

    assertThat(plan(job, "models.small.max_output_tokens=null").warnings())
        .anyMatch(warning -> warning.contains("max_output_tokens is not set"))
        .anyMatch(warning -> warning.contains("prompt cache is unlikely to hit"));
    assertThat(plan(job, "models.small.model=gpt-none").warnings())
        .anyMatch(warning -> warning.contains("no price is known for model gpt-none"));
    assertThat(plan(job, "models.small.model=gpt-none").estimateUsd().high()).isNull();
  }

  @Test
  void batchesHaveLinesPricesAndSavingsOfTheirOwn() throws Exception {
    jobs.questions(50);
    Path job = jobs.job(simulator.origin());
    jobs.run(job);
    jobs.questions(150);
    String rules = "delivery=[{when: \"question < 'number 12'\", mode: batch}, {mode: realtime}]";

    RunPlan realtime = plan(job);
    RunPlan mixed = plan(job, rules);
    RunPlan batch = plan(job, "delivery=batch");

    assertThat(mixed.toCall()).isEqualTo(100);
    assertThat(mixed.calls())
        .extracting(RunPlan.Calls::delivery)
        .containsExactly("realtime", "batch");
    assertThat(mixed.calls()).extracting(RunPlan.Calls::requests).containsExactly(80L, 20L);
    assertThat(mixed.time().batchHours()).isEqualTo(24);
    assertThat(mixed.time().seconds()).isLessThanOrEqualTo(realtime.time().seconds());
    assertThat(batch.calls()).extracting(RunPlan.Calls::delivery).containsExactly("batch");
    assertThat(batch.time().seconds()).isZero();
    assertThat(batch.estimateUsd().expected().doubleValue())
        .isCloseTo(realtime.estimateUsd().expected().doubleValue() / 2, withinPercentage(0.1));
    assertThat(batch.savedUsd().batch().doubleValue())
        .isCloseTo(batch.estimateUsd().expected().doubleValue(), withinPercentage(0.1));
    assertThat(batch.savedUsd().cache()).isEqualTo(realtime.savedUsd().cache());
    assertThat(realtime.savedUsd().batch()).isZero();
    assertThat(simulator.stats().requests()).isEqualTo(50);
  }

  @Test
  void whatIsWrongWithBatchesIsToldBeforeTheyAreSubmitted() throws Exception {
    jobs.questions(3);
    Path job = jobs.job(simulator.origin(), "delivery: batch");
    String price = "prices={openai/gpt-4o-mini: {input: '1', output: '2'}}";

    RunPlan without = plan(job, "providers.openai.batch=false");
    RunPlan unpriced = plan(job, price);

    assertThat(without.calls().get(0).delivery()).isEqualTo("realtime");
    assertThat(without.warnings())
        .anyMatch(warning -> warning.startsWith("small has no Batch API here"));
    assertThat(plan(job).warnings()).noneMatch(warning -> warning.contains("Batch API"));
    assertThat(unpriced.warnings())
        .anyMatch(warning -> warning.startsWith("no batch price is known for model gpt-4o-mini"));
    assertThat(unpriced.estimateUsd()).isEqualTo(CostEstimate.UNKNOWN);
    assertThat(plan(job, price, "delivery=realtime").estimateUsd().high()).isNotNull();
    assertThatThrownBy(
            () -> plan(job, "delivery=[{when: 'absent = 1', mode: batch}, {mode: batch}]"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("delivery[0].when");
  }

  @Test
  void promptsThatDoNotFitTheModelAreCounted() throws Exception {
    String tooLong = "word ".repeat(9_000); // gpt-4 takes 8,192 tokens
    jobs.file("input.jsonl", "{\"question\": \"short\"}", "{\"question\": \"" + tooLong + "\"}");

    RunPlan plan = plan(jobs.job(simulator.origin()), "models.small.model=gpt-4");

    assertThat(plan.invalidByReason().values()).containsExactly(1L);
    assertThat(plan.warnings())
        .contains("1 prompts do not fit the context window of their model and are not sent");
  }

  @Test
  void anUnfinishedRunIsPlannedFromItsOwnRowsAndStaysAsItIs() throws Exception {
    jobs.questions(30);
    try (Simulator refusing = JobHarness.simulator("api-key=secret")) {
      jobs.run(jobs.job(refusing.origin()), same(refusing));
    }
    List<String> runs = jobs.list("runs");
    jobs.questions(90);

    RunPlan plan = plan(jobs.job(simulator.origin()), same(simulator));

    assertThat(plan.rows()).isEqualTo(30);
    assertThat(plan.toCall()).isEqualTo(30);
    assertThat(jobs.list("runs")).isEqualTo(runs);
  }

  @Test
  void aRunThatIsExpectedToCostMoreThanItsBudgetPaysNothing() throws Exception {
    jobs.questions(50);
    Path job = jobs.job(simulator.origin());
    jobs.run(job);
    jobs.questions(150);
    String budget = "budget.max_usd=" + plan(job).estimateUsd().low();
    long before = simulator.stats().requests();

    Finished stopped = jobs.run(job, budget);
    long afterStop = simulator.stats().requests();
    Finished spent = jobs.run(job, budget, "budget.when_over=spend");

    assertThat(afterStop).isEqualTo(before);
    assertThat(stopped.summary().exitCode()).isEqualTo(4);
    assertThat(stopped.summary().stopped())
        .contains(stopped.summary().estimateUsd().expected().toPlainString() + " USD")
        .contains("budget.when_over=spend");
    assertThat(stopped.resultsPath()).contains("_partial");
    assertThat(simulator.stats().requests()).isGreaterThan(afterStop);
    assertThat(spent.summary().estimateUsd()).isEqualTo(stopped.summary().estimateUsd());
  }

  @Test
  void inferSaysThePlanBeforeItPays() throws Exception {
    jobs.file(
        "input.jsonl",
        IntStream.range(0, 12)
            .mapToObj(i -> "{\"question\": \"number " + i % 6 + "\"}")
            .toArray(String[]::new));

    jobs.run(jobs.job(simulator.origin()));

    assertThat(String.join("\n", jobs.said))
        .contains("12 rows, 0 without a prompt, 6 distinct requests, 0 in the store, 6 to call")
        .contains("6 distinct, 6 duplicate rows")
        .contains("up to ");
  }
}

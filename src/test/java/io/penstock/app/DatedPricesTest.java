package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pipeline.PromptJob.Finished;
import io.penstock.pricing.PriceList;
import io.penstock.pricing.PriceListReader;
import io.penstock.simulator.Simulator;
import io.penstock.yaml.Problems;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prices that hold for a while: whole jobs, on whatever day this runs. */
class DatedPricesTest {
  @TempDir Path folder;

  @Test
  void theDaysPriceIsUsedAndLiesInTheRunFolder() throws Exception {
    JobHarness jobs = new JobHarness(folder);
    jobs.questions(3);
    try (Simulator simulator = JobHarness.simulator()) {
      Finished finished =
          jobs.run(
              jobs.job(
                  simulator.origin(),
                  "prices:",
                  "  openai/gpt-4o-mini:",
                  "    - {valid_until: 2020-01-01, input: '9', output: '9'}",
                  "    - {valid_from: 2020-01-01, input: '0', output: '2', batch_input: '0', batch_output: '1'}"));

      String written = Files.readString(Path.of(finished.runPath(), "prices.yaml"));
      PriceList prices = new PriceListReader(new Problems("prices"), LocalDate.now()).read(written);
      assertThat(written).contains("valid_from").contains("batch_output: \"1\"");
      assertThat(prices.version()).endsWith("+job");
      assertThat(prices.find("openai", "gpt-4o-mini")).isPresent();
      assertThat(finished.summary().costUsd())
          .isEqualByComparingTo(
              BigDecimal.valueOf(2 * finished.summary().outputTokens()).movePointLeft(6));
    }
  }

  @Test
  void aModelWithoutAPriceForTodayIsToldWithItsPeriods() throws Exception {
    JobHarness jobs = new JobHarness(folder);
    jobs.questions(1);
    try (Simulator simulator = JobHarness.simulator()) {
      Finished finished =
          jobs.run(
              jobs.job(
                  simulator.origin(),
                  "prices: {openai/gpt-4o-mini: {valid_until: 2020-01-01, input: '9', output: '9'}}"));

      assertThat(finished.summary().costUsd()).isNull();
      assertThat(jobs.said)
          .contains(
              "warning: the prices of model gpt-4o-mini of provider openai do not hold today, but"
                  + " until 2020-01-01: its cost columns will be null; set one under prices");
    }
  }
}

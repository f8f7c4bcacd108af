package io.penstock.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.pricing.CostEstimate;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class ConsolePlanTest {
  private static final CostEstimate KNOWN = estimate("1.5", "2", "2.75");

  private static CostEstimate estimate(String low, String expected, String high) {
    return new CostEstimate(usd(low), usd(expected), usd(high));
  }

  private static BigDecimal usd(String amount) {
    return amount == null ? null : new BigDecimal(amount);
  }

  private static RunPlan plan(CostEstimate estimate, Long output, RunPlan.Time time) {
    RunPlan.Calls calls =
        new RunPlan.Calls(
            "small", 1, "realtime", 1_000, 54_321, false, output, 256_000, 50, estimate);
    return new RunPlan(
        2_000,
        5,
        new TreeMap<>(Map.of("column a is null", 5L)),
        1_500,
        495,
        500,
        20,
        1_000,
        new TreeMap<>(Map.of("new", 900L, "parameters_changed", 100L, "too_old", 0L)),
        List.of(calls),
        estimate,
        new RunPlan.Saved(usd("0.5"), usd("0.4"), usd("0"), usd("0.3")),
        time,
        "2026-11-22",
        List.of("something is odd"));
  }

  @Test
  void tellsWhatARunWouldDo() {
    RunPlan.Time time = new RunPlan.Time(3_725.0, "50 calls in flight", "1 executor", 24);

    assertThat(ConsolePlan.lines(plan(KNOWN, 80_000L, time)))
        .contains(
            "  rows      2,000, 5 without a prompt",
            "            5: column a is null",
            "  requests  1,500 distinct, 495 duplicate rows",
            "            500 in the store, 20 pending in batches, 1,000 to call: 900 new, 100 parameters changed",
            "  estimate  2 USD, between 1.5 and 2.75",
            "  saves     about 0.5 USD by the store, about 0.4 USD by deduplication, about 0.3 USD by batches",
            "  time      about 1 h 2 min, bound by 50 calls in flight (1 executor); batches take up to 24 h",
            "warning: something is odd")
        .anyMatch(
            line ->
                line.matches(" *small +1 realtime +1,000 +~54,321 +~80,000 +2 \\(1.5 - 2.75\\)"));
  }

  @Test
  void withoutAHistoryOnlyTheBoundIsTold() {
    RunPlan.Time unknown = new RunPlan.Time(null, "", "nothing is known", null);

    assertThat(ConsolePlan.lines(plan(estimate("1", null, "9"), null, unknown)))
        .contains(
            "  estimate  up to 9 USD; run infer --limit 50 for an estimate",
            "  time      not known: nothing is known")
        .anyMatch(line -> line.endsWith("<= 256,000   1 - 9"));
  }

  @Test
  void aModelWithoutPriceHasNoEstimate() {
    RunPlan.Time unknown = new RunPlan.Time(null, "", "nothing is known", null);

    assertThat(ConsolePlan.lines(plan(CostEstimate.UNKNOWN, null, unknown)))
        .contains("  estimate  unknown (no price)");
  }

  @Test
  void whereAllGoesIntoBatchesOnlyTheirTimeIsTold() {
    RunPlan.Time time = new RunPlan.Time(0.0, "nothing", "1 executor", 24);

    assertThat(ConsolePlan.lines(plan(KNOWN, 80_000L, time)))
        .contains("  time      batches take up to 24 h");
  }

  @Test
  void theJsonIsTheRecordInSnakeCase() throws IOException {
    RunPlan plan = plan(KNOWN, 80_000L, new RunPlan.Time(1.5, "x", "y", null));

    JsonNode json = new ObjectMapper().readTree(plan.toJson());

    assertThat(json.at("/estimate_usd/high").decimalValue()).isEqualByComparingTo("2.75");
    assertThat(json.at("/to_call_by_reason/parameters_changed").asInt()).isEqualTo(100);
    assertThat(json.at("/calls/0/input_tokens_exact").asBoolean(true)).isFalse();
    assertThat(json.at("/time/bound_by").asText()).isEqualTo("x");
  }
}

package io.penstock.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

final class RunSummaryTest {
  @Test
  void hasTheKeysOfTheDesignThatAreBuilt() throws IOException {
    JsonNode json = new ObjectMapper().readTree(Summaries.ordinary().toJson());

    assertThat(json.fieldNames())
        .toIterable()
        .contains("run_id", "exit_code", "rows", "distinct", "duplicates", "cache_hits", "called")
        .contains("succeeded", "failed", "failed_by_kind", "retries", "rate_limited")
        .contains("input_tokens", "output_tokens", "cost_usd", "waste_usd", "unclaimed_usd")
        .contains("saved_usd", "wall_seconds", "inference_seconds", "requests_per_second")
        .contains("latency_ms", "max_in_flight");
    assertThat(json.get("waste_usd").fieldNames())
        .toIterable()
        .containsExactly("known", "possible");
    assertThat(json.get("saved_usd").fieldNames()).toIterable().contains("cache", "duplicates");
    assertThat(json.get("latency_ms").fieldNames())
        .toIterable()
        .containsExactly("p50", "p95", "p99");
  }

  @Test
  void saysItsFigures() throws IOException {
    JsonNode json = new ObjectMapper().readTree(Summaries.ordinary().toJson());

    assertThat(json.get("run_id").asText()).isEqualTo("r1");
    assertThat(json.get("rows").asLong()).isEqualTo(12345);
    assertThat(json.get("failed_by_kind")).hasToString("{\"OVERLOADED\":2,\"TIMEOUT\":1}");
    assertThat(json.get("latency_ms").get("p99").asLong()).isEqualTo(9100);
    assertThat(json.get("stopped").isNull()).isTrue();
  }

  @Test
  void amountsAreNumbersWithAllTheirDigits() {
    String json = Summaries.costing("0.000000000001").toJson();

    assertThat(json).contains("\"cost_usd\" : 0.000000000001,");
  }

  @Test
  void largeAmountsHaveNoExponent() {
    String json = Summaries.costing("1E+4").toJson();

    assertThat(json).contains("\"cost_usd\" : 10000,");
  }

  @Test
  void anUnknownCostIsNull() {
    assertThat(Summaries.costing(null).toJson()).contains("\"cost_usd\" : null,");
  }

  @Test
  void exactAmountsHaveNoTrailingZerosAndNoExponent() {
    BigDecimal exact = RunSummary.exact(new BigDecimal("1000.500000000000"));

    assertThat(exact).hasToString("1000.5");
    assertThat(RunSummary.exact(new BigDecimal("1E+3"))).hasToString("1000");
    assertThat(RunSummary.exact(new BigDecimal("0E-12"))).hasToString("0");
  }
}

package io.penstock.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pricing.ModelPrice;
import io.penstock.pricing.PriceListReader;
import io.penstock.yaml.Problems;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;

class BatchPricesTest {
  private static final String LIST =
      """
      date: "2026-11-22"
      prices:
        a/listed: {input: "2", cached_input: "0.2", cache_write: "2.5", output: "10",
          batch_input: "0.9", batch_output: "4",
          tiers: [{above_input_tokens: 1000, input: "4", output: "15"}]}
        a/unlisted: {input: "2", cached_input: "0.2", output: "10",
          tiers: [{above_input_tokens: 1000, input: "4", output: "15"}]}
      """;

  private static ModelPrice price(String model) {
    PriceListReader reader = new PriceListReader(new Problems("prices"), LocalDate.EPOCH);
    return BatchPrices.of(reader.read(LIST), model);
  }

  @Test
  void listedBatchPricesHold() {
    ModelPrice price = price("listed");

    assertThat(price.standard().input()).isEqualByComparingTo("0.9");
    assertThat(PriceKind.CACHED_INPUT.rate(price.standard())).isEqualByComparingTo("0.9");
    assertThat(price.standard().cacheWrite()).isEqualByComparingTo("2.5");
    assertThat(price.standard().output()).isEqualByComparingTo("4");
    assertThat(price.tiers().get(0).rates().input()).isEqualByComparingTo("4");
  }

  @Test
  void withoutThemAllIsHalf() {
    ModelPrice price = price("unlisted");

    assertThat(price.standard().input()).isEqualByComparingTo("1");
    assertThat(price.standard().cachedInput()).isEqualByComparingTo("0.1");
    assertThat(price.standard().output()).isEqualByComparingTo("5");
    assertThat(price.tiers().get(0).rates().output()).isEqualByComparingTo("7.5");
  }

  @Test
  void aModelWithoutAPriceHasNone() {
    assertThat(price("unknown")).isNull();
  }
}

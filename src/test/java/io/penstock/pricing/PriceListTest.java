package io.penstock.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.domain.TokenUsage;
import io.penstock.domain.Usd;
import io.penstock.yaml.Problems;
import io.penstock.yaml.YamlTree;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PriceListTest {
  private static final TokenUsage MILLION = TokenUsage.of(1_000_000, 0);

  private static final String LIST =
      """
      date: "2026-01-31"
      prices:
        b/small: {input: "0.15", output: "0.6"}
        a/small: {input: "9", output: "9"}
        a/org/large: {input: "2.5", output: "10"}
      """;

  private final Problems problems = new Problems("prices.yaml");
  private final PriceListReader reader = new PriceListReader(problems);

  @Test
  void findsByProviderAndModel() {
    PriceList prices = reader.read(LIST);

    assertThat(prices.version()).isEqualTo("2026-01-31");
    assertThat(inputPrice(prices, "b", "small")).isEqualTo(Usd.of("0.15"));
    assertThat(inputPrice(prices, "a", "org/large")).isEqualTo(Usd.of("2.5"));
  }

  @Test
  void anUnknownModelHasNoPrice() {
    PriceList prices = reader.read(LIST);

    assertThat(prices.find("b", "large")).isEmpty();
    assertThat(prices.find("b", "smal")).isEmpty();
    assertThat(prices.find("c", "small")).isEmpty();
    assertThat(prices.findByModel("large")).isEmpty();
  }

  @Test
  void theEncodingIsTheLists() {
    PriceList prices =
        reader.read(LIST + "  c/coded: {input: \"1\", output: \"1\", encoding: anthropic}\n");

    assertThat(prices.find("c", "coded").orElseThrow().encoding()).isEqualTo("anthropic");
    assertThat(prices.find("b", "small").orElseThrow().encoding()).isNull();
  }

  @Test
  void aModelWhoeverOffersItIsTheFirstOfTheList() {
    PriceList prices = reader.read(LIST);

    assertThat(prices.findByModel("small").orElseThrow().cost(MILLION)).isEqualTo(Usd.of("0.15"));
    assertThat(prices.models()).containsExactlyInAnyOrder("small", "org/large");
  }

  @Test
  void overridesReplaceAndAddAndMarkTheVersion() {
    JsonNode own =
        tree("{b/small: {input: '0.1', output: '1'}, local/tiny: {input: '0', output: '0'}}");

    PriceList prices = reader.read(LIST).with(reader.readOverrides(own, reader.read(LIST)));

    assertThat(prices.version()).isEqualTo("2026-01-31+job");
    assertThat(inputPrice(prices, "b", "small")).isEqualTo(Usd.of("0.1"));
    assertThat(inputPrice(prices, "a", "small")).isEqualTo(Usd.of("9"));
    assertThat(inputPrice(prices, "local", "tiny")).isEqualTo(Usd.ZERO);
  }

  @Test
  void aDeploymentHasThePricesOfTheModelThatTheJobNames() {
    PriceList listed = reader.read(LIST);

    PriceList prices = listed.with(reader.readOverrides(tree("{azure/bot: a/org/large}"), listed));

    assertThat(prices.find("azure", "bot")).isEqualTo(prices.find("a", "org/large"));
    assertThat(inputPrice(prices, "azure", "bot")).isEqualTo(Usd.of("2.5"));
  }

  @Test
  void noOverridesKeepTheVersion() {
    assertThat(reader.read(LIST).with(Map.of()).version()).isEqualTo("2026-01-31");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{a/m: {input: '0.0000001', output: '1'}} | prices.a/m: 0.0000001 must not be negative nor have more than 6 decimals",
        "{a/m: {input: '1', output: '-1'}}        | prices.a/m: -1 must not be negative nor have more than 6 decimals",
        "{a/m: {input: '1', output: '1', cached_input: '1e-7'}} | prices.a/m: 0.0000001 must not be negative nor have more than 6 decimals",
        "{a/m: {input: '1', output: '1', cache_write: '-2'}} | prices.a/m: -2 must not be negative nor have more than 6 decimals",
        "{a/m: {input: '1', output: '1', cache_write_1h: '-3'}} | prices.a/m: -3 must not be negative nor have more than 6 decimals",
        "{a/m: {input: '1', output: '1', tiers: [{above_input_tokens: 1, input: '-4', output: '1'}]}} | prices.a/m: -4 must not be negative nor have more than 6 decimals",
        "{a/m: {input: '1'}}                      | prices.a/m.output: is required",
        "{a/m: {input: '1', output: '1', inptu: '1'}} | prices.a/m.inptu: unknown key; did you mean 'input'?",
        "{m: {input: '1', output: '1'}}           | prices.m: must be named provider/model",
        "{a/m: 5}                                 | prices.a/m: must be a mapping of keys to values, is '5'",
        "{a/m: b/smal}                            | prices.a/m: is 'b/smal', which the list does not have; did you mean 'b/small'?",
        "{m: b/small}                             | prices.m: must be named provider/model",
        "[a/m]                                    | prices: must be a mapping of provider/model to prices"
      })
  void pricesThatCannotBeUsedAreProblems(String yaml, String problem) {
    reader.readOverrides(YamlTree.parse("p: " + yaml, problems).get("p"), reader.read(LIST));

    assertThatThrownBy(problems::throwIfAny).hasMessage("prices.yaml: " + problem);
  }

  @Test
  void trailingZerosAreNoDecimals() {
    reader.readOverrides(
        tree("{a/m: {input: '0.1500000000', output: '6.000000000'}}"), reader.read(LIST));

    assertThatCode(problems::throwIfAny).doesNotThrowAnyException();
  }

  @Test
  void aListWithoutADateIsAProblem() {
    assertThat(reader.read("prices: {}").models()).isEmpty();
    assertThatThrownBy(problems::throwIfAny).hasMessage("prices.yaml: date: is required");
  }

  @Test
  void theListOfTheRepositoryHasNoProblems() throws IOException {
    PriceList prices = reader.read(standard());

    assertThatCode(problems::throwIfAny).doesNotThrowAnyException();
    assertThat(prices.version()).matches("\\d{4}-\\d\\d-\\d\\d");
    assertThat(inputPrice(prices, "openai", "gpt-4o-mini")).isEqualTo(Usd.of("0.15"));
    assertThat(inputPrice(prices, "anthropic", "claude-sonnet-4-5")).isEqualTo(Usd.of("3"));
  }

  @Test
  void everyModelOfTheRepositorysListIsFound() throws IOException {
    PriceList prices = reader.read(standard());
    JsonNode entries = YamlTree.parse(standard(), problems).get("prices");

    assertThat(entries).hasSizeGreaterThan(50);
    for (Map.Entry<String, JsonNode> entry : entries.properties()) {
      String[] name = entry.getKey().split("/", 2);
      Usd price = inputPrice(prices, name[0], name[1]);
      // a million tokens may be above a tier
      JsonNode tier = entry.getValue().path("tiers").path(0);
      String listed = (tier.isMissingNode() ? entry.getValue() : tier).get("input").asText();
      assertThat(price).as(entry.getKey()).isEqualTo(Usd.of(listed));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai/gpt-5.4", "anthropic/claude-haiku-5-5"})
  void modelsWithTiersAreDearerAboveThem(String name) throws IOException {
    PriceList prices = reader.read(standard());
    String[] parts = name.split("/");

    Usd below = prices.find(parts[0], parts[1]).orElseThrow().cost(TokenUsage.of(1000, 0));
    Usd above = inputPrice(prices, parts[0], parts[1]);

    assertThat(above.amount().movePointLeft(3)).isGreaterThan(below.amount());
  }

  private static Usd inputPrice(PriceList prices, String provider, String model) {
    return prices.find(provider, model).orElseThrow().cost(MILLION);
  }

  private JsonNode tree(String yaml) {
    return YamlTree.parse(yaml, problems);
  }

  private static String standard() throws IOException {
    try (InputStream in = PriceList.class.getResourceAsStream("/io/penstock/conf/prices.yaml")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}

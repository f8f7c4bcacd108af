package io.penstock.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.penstock.domain.TokenUsage;
import io.penstock.domain.Usd;
import io.penstock.yaml.Problems;
import io.penstock.yaml.YamlTree;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
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
  private final PriceListReader reader =
      new PriceListReader(problems, LocalDate.parse("2026-03-15"));

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

  @ParameterizedTest
  @CsvSource({"2025-12-31, 1", "2026-01-01, 2", "2026-06-30, 2", "2026-07-01, 3", "2030-01-01, 3"})
  void ofAListThePriceOfTheDayIsTaken(String day, String price) {
    PriceListReader ofDay = new PriceListReader(problems, LocalDate.parse(day));

    PriceList prices =
        ofDay.read(
            """
            date: "2026-01-31"
            prices:
              a/m:
                - {valid_until: 2026-01-01, input: "1", output: "1"}
                - {valid_from: 2026-07-01, input: "3", output: "1"}
                - {valid_from: 2026-01-01, valid_until: 2026-07-01, input: "2", output: "1"}
            """);

    problems.throwIfAny();
    assertThat(inputPrice(prices, "a", "m")).isEqualTo(Usd.of(price));
  }

  @Test
  void aModelWhosePeriodsLeaveTheDayOutHasNoPriceAlsoWhereTheListHasOne() {
    JsonNode own =
        tree(
            "{b/small: [{valid_until: 2026-02-01, input: '1', output: '1'},"
                + " {valid_from: 2026-05-01, input: '2', output: '1'}]}");
    PriceList listed = reader.read(LIST);

    PriceList prices = listed.with(reader.readOverrides(own, listed));

    problems.throwIfAny();
    assertThat(prices.find("b", "small")).isEmpty();
    assertThat(prices.listed("b/small").orElseThrow().periods())
        .isEqualTo("until 2026-02-01, from 2026-05-01");
    assertThat(prices.findByModel("small").orElseThrow().cost(MILLION)).isEqualTo(Usd.of("9"));
  }

  @Test
  void aSinglePriceMayHavePeriodsToo() {
    String future = "{date: x, prices: {a/m: {valid_from: 2026-03-16, input: '1', output: '1'}}}";

    assertThat(reader.read(future).find("a", "m")).isEmpty();
    assertThat(
            new PriceListReader(problems, LocalDate.parse("2026-03-16"))
                .read(future)
                .find("a", "m"))
        .isPresent();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[{input: '1', output: '1'}, {valid_from: 2026-01-01, input: '1', output: '1'}] | prices.a/m: has two prices for the same days: one holds always, one from 2026-01-01",
        "[{valid_until: 2026-01-02, input: '1', output: '1'}, {valid_from: 2026-01-01, valid_until: 2026-03-01, input: '1', output: '1'}] | prices.a/m: has two prices for the same days: one holds until 2026-01-02, one from 2026-01-01 until 2026-03-01",
        "[{valid_from: 2026-01-02, valid_until: 2026-01-02, input: '1', output: '1'}] | prices.a/m[0]: valid_from is 2026-01-02, must be before valid_until (2026-01-02)",
        "{valid_from: soon, input: '1', output: '1'} | prices.a/m.valid_from: is 'soon', must be a date such as 2026-01-31",
        "[{valid_until: 2026-13-01, input: '1', output: '1'}] | prices.a/m[0].valid_until: is '2026-13-01', must be a date such as 2026-01-31",
        "[{valid_until: 2026-02-01, input: '-1', output: '1'}] | prices.a/m[0]: -1 must not be negative nor have more than 6 decimals",
        "[{input: '1', output: '1'}, 5] | prices.a/m[1]: must be a mapping of keys to values, is '5'",
        "[] | prices.a/m: has no prices; leave it out instead"
      })
  void periodsThatCannotBeUsedAreProblems(String entry, String problem) {
    reader.readOverrides(tree("{a/m: " + entry + "}"), reader.read(LIST));

    assertThatThrownBy(problems::throwIfAny).hasMessage("prices.yaml: " + problem);
  }

  @Test
  void whatARunUsedIsWrittenWithAllKindsOfPriceAndCanBeReadAgain() {
    String list =
        """
        date: "2026-01-31"
        prices:
          a/m:
            - {valid_until: 2026-01-01, input: "1", output: "1"}
            - {valid_from: 2026-01-01, input: "0.150", cached_input: "0.075", cache_write: "0.2", cache_write_1h: "0.3", output: 0.6, batch_input: "0.07", batch_cached_input: "0.04", batch_output: "0.3", tiers: [{above_input_tokens: 5, input: "2", output: "4", batch_input: "1", batch_output: "2"}], context_window: 128000, max_output: 16384, encoding: o200k_base}
          a/other: {input: "9", output: "9"}
          a/past: {valid_until: 2026-01-01, input: "9", output: "9"}
        """;
    PriceList prices = reader.read(list);

    String written = PriceListWriter.toYaml(prices, List.of("a/m", "a/past", "a/unknown"));

    JsonNode expected = ((ArrayNode) tree(list).at("/prices/a~1m")).get(1);
    JsonNode tree = tree(written);
    problems.throwIfAny();
    assertThat(tree.path("date").asText()).isEqualTo("2026-01-31");
    assertThat(tree.path("prices")).hasSize(1);
    assertThat(tree.at("/prices/a~1m")).isEqualTo(expected);
    assertThat(reader.read(written).find("a", "m")).isEqualTo(prices.find("a", "m"));
  }

  @Test
  void batchesHavePricesOfTheirOwnAlsoAboveATier() {
    PriceList prices =
        reader.read(
            LIST
                + "  c/m: {input: '10', cached_input: '4', cache_write: '12', cache_write_1h: '20', output: '40',"
                + " batch_input: '5', batch_cached_input: '3', batch_cache_write: '7', batch_cache_write_1h: '11', batch_output: '19',"
                + " tiers: [{above_input_tokens: 100, input: '20', output: '80', batch_input: '9', batch_output: '33'}],"
                + " context_window: 5, encoding: anthropic}\n");

    ModelPrice batch = prices.find("c", "m").orElseThrow().batch();

    problems.throwIfAny();
    // 10 plain, 20 read, 30 written for minutes, 40 for an hour
    assertThat(batch.cost(new TokenUsage(100, 20, 70, 40, 1, 0)))
        .isEqualTo(Usd.of("0.000779")); // 10 x 5 + 20 x 3 + 30 x 7 + 40 x 11 + 19
    assertThat(batch.cost(TokenUsage.of(101, 1))).isEqualTo(Usd.of("0.000942")); // 101 x 9 + 33
    assertThat(batch.contextWindow()).isEqualTo(5);
    assertThat(batch.encoding()).isEqualTo("anthropic");
    assertThat(batch.batch()).isNull();
  }

  @Test
  void whatIsNotSaidOfBatchesIsTakenAtTheDearest() {
    JsonNode own =
        tree(
            "{a/m: {input: '10', cached_input: '4', cache_write: '12', cache_write_1h: '20', output: '40',"
                + " batch_input: '5', batch_output: '19',"
                + " tiers: [{above_input_tokens: 100, input: '20', output: '80'}]}}");

    ModelPrice batch = reader.readOverrides(own, reader.read(LIST)).get("a/m").price().batch();

    // 10 x 5 + 20 x 5 + 30 x 12 + 40 x 20 + 19
    assertThat(batch.cost(new TokenUsage(100, 20, 70, 40, 1, 0))).isEqualTo(Usd.of("0.001329"));
    assertThat(batch.cost(TokenUsage.of(101, 1))).isEqualTo(Usd.of("0.0021")); // 101 x 20 + 80
  }

  @Test
  void aModelWithoutBatchPricesHasNoneGuessed() {
    assertThat(reader.read(LIST).find("b", "small").orElseThrow().batch()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "batch_input: '1' | prices.a/m: must have both batch_input and batch_output, or no batch prices",
        "batch_cached_input: '1' | prices.a/m: must have both batch_input and batch_output, or no batch prices",
        "batch_input: '1', batch_output: '-1' | prices.a/m: -1 must not be negative nor have more than 6 decimals",
        "batch_input: '1', batch_output: '1', batch_cache_write: '1e-7' | prices.a/m: 0.0000001 must not be negative nor have more than 6 decimals",
        "batch_input: '1', batch_output: '1', tiers: [{above_input_tokens: 1, input: '1', output: '1', batch_output: '1'}] | prices.a/m.tiers[0]: must have both batch_input and batch_output, or no batch prices",
        "tiers: [{above_input_tokens: 1, input: '1', output: '1', batch_input: '1', batch_output: '1'}] | prices.a/m.tiers[0]: has batch prices, but the entry has no batch_input and batch_output"
      })
  void batchPricesThatCannotBeUsedAreProblems(String keys, String problem) {
    reader.readOverrides(tree("{a/m: {input: '1', output: '1', " + keys + "}}"), reader.read(LIST));

    assertThatThrownBy(problems::throwIfAny).hasMessage("prices.yaml: " + problem);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "openai/gpt-4o-mini",
        "openai/gpt-6-luna",
        "anthropic/claude-haiku-5-5",
        "google/gemini-2.5-pro"
      })
  void batchesOfTheRepositorysListCostHalfOfInputAndOutput(String name) throws IOException {
    ModelPrice price = reader.read(standard()).find(name).orElseThrow();

    for (int input : new int[] {1_000, 900_000}) { // also above a tier
      BigDecimal realtime = price.cost(TokenUsage.of(input, 500)).amount();
      BigDecimal batch = price.batch().cost(TokenUsage.of(input, 500)).amount();
      assertThat(batch.add(batch)).isEqualByComparingTo(realtime);
    }
  }

  @Test
  void theProvidersTreatCachedInputOfBatchesDifferently() throws IOException {
    PriceList prices = reader.read(standard());
    TokenUsage cached = new TokenUsage(1_000, 1_000, 0, 0, 0, 0);

    ModelPrice anthropic = prices.find("anthropic", "claude-haiku-4-5").orElseThrow();
    ModelPrice google = prices.find("google", "gemini-2.5-flash").orElseThrow();

    assertThat(anthropic.batch().cost(cached)).isEqualTo(Usd.of("0.00005")); // half of 0.1
    assertThat(google.batch().cost(cached)).isEqualTo(google.cost(cached));
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

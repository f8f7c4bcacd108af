package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.penstock.pricing.PriceListReader;
import io.penstock.simulator.Simulator;
import io.penstock.simulator.SimulatorOptions;
import io.penstock.yaml.Problems;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every model of {@code conf/prices.yaml} in the dialect of its provider: what a job says that its
 * rows cost is what the simulator bills, by kind of token and to the last digit, with cached reads,
 * cache writes for minutes and for an hour, thoughts, and prompts above each tier. The simulator
 * reads the same list and computes by itself. Embeddings are no completions, and left out.
 */
class PriceMatrixTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONG_POLICY_WORDS = 1_100;
  private static final Map<String, String> DIALECTS =
      Map.of("anthropic", "anthropic", "google", "gemini");

  /** Further parameters of each dialect; where there are two, each model is in the job twice. */
  private static final Map<String, List<String>> PARAMETERS =
      Map.of(
          "openai",
          List.of("\"reasoning_effort\":\"low\""),
          "anthropic",
          List.of(
              "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":80},"
                  + "\"cache_control\":{\"type\":\"ephemeral\"}",
              "\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"}"),
          "gemini",
          List.of("\"thinkingConfig\":{\"thinkingBudget\":80}"));

  @TempDir Path folder;
  private final Map<String, ObjectNode> lists = new LinkedHashMap<>();
  private final Map<String, Simulator> simulators = new LinkedHashMap<>();
  private final ObjectNode models = JSON.createObjectNode();
  private final List<String> rows = new ArrayList<>();
  private int tierRows;

  @AfterEach
  void stop() {
    simulators.values().forEach(Simulator::close);
  }

  @Test
  void whatRowsCostIsWhatIsBilledToTheLastDigit() throws Exception {
    readPrices();
    lists.forEach(this::startProvider);
    JobHarness jobs = new JobHarness(folder);
    jobs.file("input.jsonl", rows.toArray(String[]::new));

    jobs.run(job(jobs));

    assertThat(jobs.results().where("error_kind is not null").count()).isZero();
    assertThat(jobs.results().where("words > " + LONG_POLICY_WORDS).count())
        .isEqualTo(tierRows)
        .isPositive();
    Map<String, Row> sums = sums(jobs);
    for (Map.Entry<String, ObjectNode> list : lists.entrySet()) {
      JsonNode invoice = invoice(simulators.get(list.getKey()));
      assertThat(invoice.path("models")).hasSameSizeAs(list.getValue());
      list.getValue()
          .properties()
          .forEach(
              model ->
                  assertEqual(
                      sums.get("p-" + list.getKey() + "/" + model.getKey()),
                      invoice.path("models").path(model.getKey()),
                      model.getValue()));
    }
  }

  private void readPrices() throws IOException {
    JsonNode prices =
        new ObjectMapper(new YAMLFactory()).readTree(Conf.read(Conf.PRICES)).path("prices");
    for (Map.Entry<String, JsonNode> price : prices.properties()) {
      int slash = price.getKey().indexOf('/');
      String model = price.getKey().substring(slash + 1);
      if (!model.contains("embedding")) {
        lists
            .computeIfAbsent(price.getKey().substring(0, slash), absent -> JSON.createObjectNode())
            .set(model, price.getValue());
      }
    }
  }

  /** A simulator that bills by this provider's prices alone: some models have several. */
  private void startProvider(String provider, ObjectNode prices) {
    ObjectNode list = JSON.createObjectNode().put("date", "2026-01-31");
    prices
        .properties()
        .forEach(
            model ->
                list.withObjectProperty("prices")
                    .set(provider + "/" + model.getKey(), model.getValue()));
    Problems problems = new Problems("prices");
    simulators.put(
        provider,
        Simulator.start(
            SimulatorOptions.defaults(), new PriceListReader(problems).read(list.toString()), 0));
    problems.throwIfAny();
    prices.properties().forEach(model -> addModel(provider, model.getKey(), model.getValue()));
  }

  private void addModel(String provider, String model, JsonNode price) {
    for (String parameters : PARAMETERS.get(dialect(provider))) {
      String name = "m" + models.size();
      models.set(
          name,
          tree(
              "{\"provider\":\"p-%s\",\"model\":\"%s\",\"max_output_tokens\":300,%s}"
                  .formatted(provider, model, parameters)));
      addRow(name, 1, "short");
      for (int i = 0; i < 3; i++) {
        addRow(name, LONG_POLICY_WORDS, "long " + i);
      }
      for (JsonNode tier : price.path("tiers")) {
        for (int i = 0; i < 2; i++) {
          addRow(name, tier.path("above_input_tokens").intValue() + 1, "tier " + i);
          tierRows++;
        }
      }
    }
  }

  private void addRow(String model, int words, String question) {
    rows.add(
        "{\"model\":\"%s\",\"words\":%d,\"question\":\"%s\"}".formatted(model, words, question));
  }

  private static String dialect(String provider) {
    return DIALECTS.getOrDefault(provider, "openai");
  }

  private static JsonNode tree(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new IllegalArgumentException(json, e);
    }
  }

  /** The policy names the model's entry, so that no two of them share a beginning. */
  private Path job(JobHarness jobs) throws IOException {
    ObjectNode job =
        (ObjectNode)
            tree(
                "{\"name\":\"matrix\",\"input\":{\"path\":\"input.jsonl\",\"format\":\"json\","
                    + "\"columns\":{\"policy\":\"concat('Policy of ', model, repeat(' the', words))\"}},"
                    + "\"prompt\":{\"system\":\"{policy}\",\"user\":\"{question}\"},"
                    + "\"store\":{\"path\":\"store\"},\"output\":{\"path\":\"answers\"},"
                    + "\"runs\":{\"path\":\"runs\"}}");
    simulators.forEach(
        (provider, simulator) ->
            job.withObjectProperty("providers")
                .set(
                    "p-" + provider,
                    tree(
                        "{\"dialect\":\"%s\",\"base_url\":\"%s\",\"price_as\":\"%s\"}"
                            .formatted(dialect(provider), simulator.origin(), provider))));
    job.set("models", models);
    models
        .fieldNames()
        .forEachRemaining(
            name ->
                job.withArrayProperty("routing")
                    .addObject()
                    .put("when", "model = '" + name + "'")
                    .put("model", name));
    JsonNode last = job.path("routing").path(models.size() - 1);
    ((ObjectNode) last).remove("when");
    return jobs.file("job.yaml", job.toString());
  }

  /** By provider and model. */
  private static Map<String, Row> sums(JobHarness jobs) {
    Map<String, Row> sums = new LinkedHashMap<>();
    jobs.results()
        .groupBy("provider_name", "request_model")
        .agg(
            Map.of(
                "cost_usd", "sum",
                "input_tokens", "sum",
                "cache_read_input_tokens", "sum",
                "cache_creation_input_tokens", "sum",
                "output_tokens", "sum",
                "reasoning_output_tokens", "sum"))
        .collectAsList()
        .forEach(row -> sums.put(row.getAs(0) + "/" + row.getAs(1), row));
    return sums;
  }

  private static JsonNode invoice(Simulator simulator) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(simulator.origin() + "/invoice")).build();
    return tree(
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
  }

  private static void assertEqual(Row sums, JsonNode bill, JsonNode price) {
    long written = billed(bill, "cache_write") + billed(bill, "cache_write_1h");
    long read = billed(bill, "cached_input");
    assertThat(sums.<BigDecimal>getAs("sum(cost_usd)"))
        .as(sums.toString() + bill)
        .isEqualByComparingTo(bill.path("usd").textValue())
        .isPositive();
    assertThat(sum(sums, "input_tokens")).isEqualTo(billed(bill, "input") + read + written);
    assertThat(sum(sums, "cache_read_input_tokens")).isEqualTo(read).isPositive();
    assertThat(sum(sums, "cache_creation_input_tokens")).isEqualTo(written);
    assertThat(sum(sums, "output_tokens")).isEqualTo(billed(bill, "output"));
    assertThat(sum(sums, "reasoning_output_tokens")).isPositive();
    for (String kind : List.of("cache_write", "cache_write_1h")) {
      assertThat(billed(bill, kind) > 0).as(kind).isEqualTo(price.has(kind));
    }
  }

  private static long sum(Row sums, String column) {
    return sums.<Long>getAs("sum(" + column + ")");
  }

  private static long billed(JsonNode bill, String kind) {
    return bill.path(kind).path("tokens").longValue();
  }
}

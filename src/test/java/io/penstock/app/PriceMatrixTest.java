package io.penstock.app;

import static java.util.stream.Collectors.toConcurrentMap;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.penstock.domain.Message;
import io.penstock.domain.ProviderSecrets;
import io.penstock.domain.TokenUsage;
import io.penstock.pipeline.JobSetup;
import io.penstock.pricing.PriceListReader;
import io.penstock.provider.ModelProvider;
import io.penstock.provider.Samples;
import io.penstock.provider.http.HttpProviderFactory;
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
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every model of {@code conf/prices.yaml} in the dialect of its provider, as a job wires it: what
 * its answers cost is what the simulator bills, by kind of token and to the last digit, with cached
 * reads, cache writes for minutes and for an hour, thoughts, and prompts above each tier. The
 * simulator reads the same list and computes by itself. A whole job with a model of each dialect
 * finds the same in its rows. Embeddings are no completions, and left out.
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
  private final Map<String, Simulator> simulators = new LinkedHashMap<>();
  private final List<Entry> entries = new ArrayList<>();

  /**
   * A model of the job.
   *
   * @param price its entry of the list
   */
  private record Entry(
      String name, String provider, String model, String parameters, JsonNode price) {
    String dialect() {
      return DIALECTS.getOrDefault(provider, "openai");
    }

    /** Without a beginning worth keeping, with one, and above each tier. */
    List<Prompt> prompts() {
      List<Prompt> prompts = new ArrayList<>(List.of(new Prompt(name, 1, "short")));
      for (int i = 0; i < 3; i++) {
        prompts.add(new Prompt(name, LONG_POLICY_WORDS, "long " + i));
      }
      for (JsonNode tier : price.path("tiers")) {
        for (int i = 0; i < 2; i++) {
          int words = tier.path("above_input_tokens").intValue() + 1;
          prompts.add(new Prompt(name, words, "tier " + i));
        }
      }
      return prompts;
    }
  }

  /** The policy names the model's entry, so that no two of them share a beginning. */
  private record Prompt(String model, int words, String question) {
    Message[] messages() {
      String policy = "Policy of " + model + " the".repeat(words);
      return new Message[] {
        new Message(Message.SYSTEM, policy), new Message(Message.USER, question)
      };
    }

    String row() {
      return "{\"model\":\"%s\",\"words\":%d,\"question\":\"%s\"}"
          .formatted(model, words, question);
    }
  }

  private record Bill(
      BigDecimal usd, long input, long read, long written, long output, long thought) {
    static Bill of(TokenUsage usage, BigDecimal usd) {
      return new Bill(
          usd,
          usage.inputTokens(),
          usage.cacheReadInputTokens(),
          usage.cacheCreationInputTokens(),
          usage.outputTokens(),
          usage.reasoningOutputTokens());
    }

    static Bill of(Row sums) {
      return new Bill(
          sums.getAs("sum(cost_usd)"),
          sums.getAs("sum(input_tokens)"),
          sums.getAs("sum(cache_read_input_tokens)"),
          sums.getAs("sum(cache_creation_input_tokens)"),
          sums.getAs("sum(output_tokens)"),
          sums.getAs("sum(reasoning_output_tokens)"));
    }

    Bill plus(Bill other) {
      return new Bill(
          usd.add(other.usd),
          input + other.input,
          read + other.read,
          written + other.written,
          output + other.output,
          thought + other.thought);
    }
  }

  @BeforeEach
  void readPrices() throws IOException {
    Map<String, ObjectNode> lists = new LinkedHashMap<>();
    JsonNode prices =
        new ObjectMapper(new YAMLFactory()).readTree(Conf.read(Conf.PRICES)).path("prices");
    for (Map.Entry<String, JsonNode> price : prices.properties()) {
      String provider = price.getKey().substring(0, price.getKey().indexOf('/'));
      String model = price.getKey().substring(provider.length() + 1);
      if (!model.contains("embedding")) {
        lists
            .computeIfAbsent(provider, absent -> JSON.createObjectNode())
            .set(price.getKey(), price.getValue());
        addEntries(provider, model, price.getValue());
      }
    }
    lists.forEach(this::startProvider);
  }

  @AfterEach
  void stop() {
    simulators.values().forEach(Simulator::close);
  }

  @Test
  void whatEachModelsAnswersCostIsWhatIsBilledToTheLastDigit() throws Exception {
    JobFile job = JobFile.read(job(entries).toString(), List.of(), JobWiring.DIALECTS);
    Map<String, JobSetup.Model> models;
    try (JobWiring wiring = JobWiring.of(job)) {
      models =
          wiring.setup().models().stream()
              .collect(toMap(model -> model.settings().name(), Function.identity()));
    }

    Map<String, Bill> costs =
        entries.parallelStream()
            .collect(
                toConcurrentMap(PriceMatrixTest::place, entry -> call(entry, models), Bill::plus));

    assertBilled(costs, entries);
    assertThat(costs.values()).allSatisfy(cost -> assertThat(cost.thought()).isPositive());
  }

  @Test
  void whatRowsOfEachDialectCostIsWhatIsBilledToTheLastDigit() throws Exception {
    Set<String> dialects = new LinkedHashSet<>();
    List<Entry> few =
        entries.stream()
            .filter(entry -> entry.price().has("tiers") && dialects.add(entry.dialect()))
            .toList();
    List<Prompt> prompts = few.stream().flatMap(entry -> entry.prompts().stream()).toList();
    JobHarness jobs = new JobHarness(folder);
    jobs.file("input.jsonl", prompts.stream().map(Prompt::row).toArray(String[]::new));

    jobs.run(job(few));

    assertThat(dialects).containsExactlyInAnyOrder("openai", "anthropic", "gemini");
    assertThat(jobs.results().where("error_kind is null").count()).isEqualTo(prompts.size());
    assertBilled(sums(jobs), few);
  }

  private void addEntries(String provider, String model, JsonNode price) {
    for (String parameters : PARAMETERS.get(DIALECTS.getOrDefault(provider, "openai"))) {
      entries.add(new Entry("m" + entries.size(), provider, model, parameters, price));
    }
  }

  /** A simulator that bills by this provider's prices alone: some models have several. */
  private void startProvider(String provider, ObjectNode prices) {
    ObjectNode list = JSON.createObjectNode().put("date", "2026-01-31");
    list.set("prices", prices);
    Problems problems = new Problems("prices");
    simulators.put(
        provider,
        Simulator.start(
            SimulatorOptions.defaults(),
            new PriceListReader(problems, LocalDate.EPOCH).read(list.toString()),
            0));
    problems.throwIfAny();
  }

  private Path job(List<Entry> entries) throws IOException {
    ObjectNode job =
        (ObjectNode)
            JSON.readTree(
                "{\"name\":\"matrix\",\"input\":{\"path\":\"input.jsonl\",\"format\":\"json\","
                    + "\"columns\":{\"policy\":\"concat('Policy of ', model, repeat(' the', words))\"}},"
                    + "\"prompt\":{\"system\":\"{policy}\",\"user\":\"{question}\"},"
                    + "\"store\":{\"path\":\"store\"},\"output\":{\"path\":\"answers\"},"
                    + "\"runs\":{\"path\":\"runs\"}}");
    ObjectNode providers = job.putObject("providers");
    ObjectNode models = job.putObject("models");
    ArrayNode routing = job.putArray("routing");
    for (Entry entry : entries) {
      String provider = "p-" + entry.provider();
      providers
          .putObject(provider)
          .put("dialect", entry.dialect())
          .put("base_url", simulators.get(entry.provider()).origin())
          .put("price_as", entry.provider());
      ObjectNode model = (ObjectNode) JSON.readTree("{" + entry.parameters() + "}");
      model.put("provider", provider).put("model", entry.model()).put("max_output_tokens", 300);
      models.set(entry.name(), model);
      routing.addObject().put("when", "model = '" + entry.name() + "'").put("model", entry.name());
    }
    ((ObjectNode) job.path("routing").path(entries.size() - 1)).remove("when");
    return new JobHarness(folder).file("job.yaml", job.toString());
  }

  private static String place(Entry entry) {
    return entry.provider() + "/" + entry.model();
  }

  /** One call after the other, so that later ones find the beginning that earlier ones left. */
  private static Bill call(Entry entry, Map<String, JobSetup.Model> models) {
    JobSetup.Model model = models.get(entry.name());
    ModelProvider provider =
        new HttpProviderFactory(JobWiring.DIALECTS)
            .connect(model.settings(), ProviderSecrets.NONE, 1, learnt -> {});
    return entry.prompts().stream()
        .map(
            prompt -> {
              TokenUsage usage =
                  provider.complete(Samples.request(prompt.messages())).join().usage();
              return Bill.of(usage, model.price().cost(usage).amount());
            })
        .reduce(Bill::plus)
        .orElseThrow();
  }

  /** By provider and model. */
  private static Map<String, Bill> sums(JobHarness jobs) {
    Map<String, Bill> sums = new LinkedHashMap<>();
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
        .forEach(
            row ->
                sums.put(
                    row.getString(0).replaceFirst("^p-", "") + "/" + row.getString(1),
                    Bill.of(row)));
    return sums;
  }

  private void assertBilled(Map<String, Bill> costs, List<Entry> called) throws Exception {
    Map<String, JsonNode> invoices = new LinkedHashMap<>();
    int billed = 0;
    for (Map.Entry<String, Simulator> simulator : simulators.entrySet()) {
      JsonNode models = invoice(simulator.getValue()).path("models");
      invoices.put(simulator.getKey(), models);
      billed += models.size();
    }
    assertThat(costs).hasSize(billed);
    for (Entry entry : called) {
      JsonNode bill = invoices.get(entry.provider()).path(entry.model());
      assertEqual(costs.get(place(entry)), bill);
      boolean hasBoth = called.stream().filter(e -> place(e).equals(place(entry))).count() > 1;
      for (String kind : List.of("cache_write", hasBoth ? "cache_write_1h" : "cache_write")) {
        assertThat(tokens(bill, kind) > 0).as(kind).isEqualTo(entry.price().has(kind));
      }
    }
  }

  private static void assertEqual(Bill cost, JsonNode bill) {
    long read = tokens(bill, "cached_input");
    long written = tokens(bill, "cache_write") + tokens(bill, "cache_write_1h");
    assertThat(cost.usd())
        .as(cost.toString() + bill)
        .isEqualByComparingTo(bill.path("usd").textValue())
        .isPositive();
    assertThat(cost.input()).isEqualTo(tokens(bill, "input") + read + written);
    assertThat(cost.read()).isEqualTo(read).isPositive();
    assertThat(cost.written()).isEqualTo(written);
    assertThat(cost.output()).isEqualTo(tokens(bill, "output"));
  }

  private static JsonNode invoice(Simulator simulator) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(simulator.origin() + "/invoice")).build();
    return JSON.readTree(
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
  }

  private static long tokens(JsonNode bill, String kind) {
    return bill.path(kind).path("tokens").longValue();
  }
}

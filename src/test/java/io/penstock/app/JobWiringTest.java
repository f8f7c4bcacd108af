package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.pipeline.JobSetup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JobWiringTest {
  @TempDir Path folder;

  @Test
  void modelsCarryTheAccountThatTheyShareAndItsLimits() throws IOException {
    Map<String, JobSetup.Model> models =
        wire(
            "models.cold={provider: openai, model: gpt-4o-mini, temperature: 0}",
            "models.own={provider: own, model: llama}",
            "providers.own={dialect: openai, base_url: 'http://localhost'}",
            "routing=[{when: a, model: small}, {when: b, model: cold}, {model: own}]",
            "limits={openai/gpt-4o-mini: {requests_per_minute: 500, share: 0.5}}");

    assertThat(models.get("small").accountModel()).isEqualTo("openai/gpt-4o-mini");
    assertThat(models.get("cold").accountModel()).isEqualTo("openai/gpt-4o-mini");
    assertThat(models.get("cold").limits().requestsPerMinute()).isEqualTo(500);
    assertThat(models.get("own").accountModel()).isEqualTo("own/llama");
    assertThat(models.get("own").limits()).isNull();
  }

  @Test
  void theSimulatorInsideTheJobIsAnAccountToo() throws IOException {
    Map<String, JobSetup.Model> models =
        wire(
            "models.small.provider=simulator",
            "limits={simulator/gpt-4o-mini: {max_in_flight: 3}}");

    assertThat(models.get("small").accountModel()).isEqualTo("simulator/gpt-4o-mini");
    assertThat(models.get("small").limits().maxInFlight()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({"openai, /v1", "anthropic, /v1", "gemini, /v1beta", "azure, /openai"})
  void aServerWithoutAPathGetsTheDialects(String dialect, String path) throws IOException {
    Map<String, JobSetup.Model> models =
        wire(
            "models.small={provider: own, model: m, max_output_tokens: 9}",
            "providers.own={dialect: " + dialect + ", base_url: 'http://localhost:1'}");

    assertThat(models.get("small").settings().endpoint().baseUrl())
        .isEqualTo("http://localhost:1" + path);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "openai    | tools.type | tools: [{type: function, function: {name: f}}]  | tools: [{type: web_search}]",
        "azure     | tools.type | tools: [{type: custom, custom: {name: f}}]      | tools: [{type: web_search}]",
        "anthropic | tools.type | tools: [{name: f, input_schema: {type: object}}] | tools: [{type: web_search_20250305, name: f}]",
        "gemini    | tools      | tools: [{functionDeclarations: [{name: f}]}]    | tools: [{googleSearch: {}}]",
        "anthropic | service_tier | service_tier: auto     | service_tier: priority",
        "gemini    | serviceTier  | serviceTier: standard  | serviceTier: flex"
      })
  void eachDialectTakesWhatThePriceListHasPricesFor(
      String dialect, String place, String priced, String unpriced) throws IOException {
    String model = "models.small={provider: own, model: m, max_output_tokens: 9, %s}";
    String own = "providers.own={dialect: " + dialect + ", base_url: 'http://localhost'}";

    assertThat(wire(own, model.formatted(priced))).containsKey("small");
    assertThatThrownBy(() -> wire(own, model.formatted(unpriced)))
        .hasMessageContaining("models.small." + place + ": is '")
        .hasMessageContaining("have the prices of the list; others are not built yet");
  }

  @ParameterizedTest
  @CsvSource({
    "anthropic, 'batch: true', true",
    "azure,     'batch: true', true",
    "openai,    'batch: true', true",
    "openai,    'batch: false', false",
    "openai,    'options: {}', false",
    "gemini,    'options: {}', false"
  })
  void batchesAreHadWhereTheServerHasThem(String dialect, String key, boolean hasBatch)
      throws IOException {
    Map<String, JobSetup.Model> models =
        wire(
            "models.small={provider: own, model: m, max_output_tokens: 9}",
            "providers.own={dialect: " + dialect + ", base_url: 'http://localhost', " + key + "}");

    assertThat(models.get("small").hasBatch()).isEqualTo(hasBatch);
  }

  @ParameterizedTest
  @CsvSource({
    "openai, true", "anthropic, true", "azure, true", "simulator, true",
    "gemini, false", "groq, false", "ollama, false", "vllm, false"
  })
  void knownProvidersSayWhetherTheyHaveBatches(String provider, boolean hasBatch)
      throws IOException {
    Path job = new JobHarness(folder).job("http://127.0.0.1:1");
    String azure = "providers.azure.base_url='http://localhost'";

    JobFile file = JobFile.read(job.toString(), List.of(azure), JobWiring.DIALECTS);

    assertThat(file.spec().providers().get(provider).batch()).isEqualTo(hasBatch);
  }

  private Map<String, JobSetup.Model> wire(String... sets) throws IOException {
    Path job = new JobHarness(folder).job("http://127.0.0.1:1");
    JobFile file = JobFile.read(job.toString(), List.of(sets), JobWiring.DIALECTS);
    try (JobWiring wiring = JobWiring.of(file)) {
      return wiring.setup().models().stream()
          .collect(Collectors.toMap(model -> model.settings().name(), Function.identity()));
    }
  }
}

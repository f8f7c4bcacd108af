package io.penstock.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.config.Accounts;
import io.penstock.config.JobSpec;
import io.penstock.config.JobSpec.ModelSpec;
import io.penstock.config.JobSpec.ProviderSpec;
import io.penstock.config.JobSpecReader;
import io.penstock.config.JobSpecWriter;
import io.penstock.domain.ModelSettings;
import io.penstock.domain.ProviderEndpoint;
import io.penstock.pipeline.ApiKeySource;
import io.penstock.pipeline.InvalidInputException;
import io.penstock.pipeline.JobSetup;
import io.penstock.pricing.ModelPrice;
import io.penstock.pricing.PriceList;
import io.penstock.prompt.FingerprintBasis;
import io.penstock.provider.ProviderDialect;
import io.penstock.provider.ProviderFactory;
import io.penstock.provider.anthropic.AnthropicDialect;
import io.penstock.provider.gemini.GeminiDialect;
import io.penstock.provider.http.HttpProviderFactory;
import io.penstock.provider.openai.AzureDialect;
import io.penstock.provider.openai.OpenAiDialect;
import io.penstock.simulator.Simulator;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes a job's parts from its file; the only place that says {@code new} for plugs. Holds the
 * embedded simulator while the job runs.
 */
final class JobWiring implements AutoCloseable {
  /** A new provider is a leaf package and a line here. */
  static final List<ProviderDialect> DIALECTS =
      List.of(new OpenAiDialect(), new AzureDialect(), new AnthropicDialect(), new GeminiDialect());

  private static final String SIMULATOR_PATH = "/v1";

  private final JobFile file;
  private final @Nullable Simulator simulator;
  private final JobSetup setup;

  private JobWiring(JobFile file, @Nullable Simulator simulator) {
    this.file = file;
    this.simulator = simulator;
    this.setup = wire();
  }

  /** Starts the embedded simulator where a model asks for it. */
  static JobWiring of(JobFile file) {
    boolean simulated =
        file.spec().models().values().stream()
            .anyMatch(model -> model.provider().equals(JobSpecReader.SIMULATOR));
    return new JobWiring(
        file, simulated ? Simulator.start(file.simulatorOptions(), file.prices(), 0) : null);
  }

  JobSetup setup() {
    return setup;
  }

  /**
   * The keys by provider, of those that need one. Connecting opens nothing, but shows whether a key
   * can stand in a header.
   *
   * @throws InvalidInputException when a key is missing or cannot be used
   */
  Map<String, String> readKeys() {
    Map<String, String> keys = new LinkedHashMap<>();
    for (JobSetup.Model model : setup.models()) {
      String key = model.key().read();
      try {
        setup.providers().connect(model.settings(), key, 1, learnt -> {});
      } catch (IllegalArgumentException e) {
        throw new InvalidInputException(String.valueOf(e.getMessage()));
      }
      if (key != null) {
        keys.put(model.settings().endpoint().name(), key);
      }
    }
    return keys;
  }

  static ProviderDialect dialect(ModelSettings model) {
    return DIALECTS.stream()
        .filter(dialect -> dialect.name().equals(model.endpoint().dialect()))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("No dialect " + model.endpoint().dialect()));
  }

  private JobSetup wire() {
    JobSpec spec = file.spec();
    ProviderFactory providers = new HttpProviderFactory(DIALECTS);
    Accounts accounts = Accounts.of(spec);
    List<JobSetup.Model> models =
        spec.routedModels().stream().map(name -> model(name, accounts)).toList();
    return new JobSetup(
        spec,
        JobSpecWriter.toYaml(spec),
        file.templates(),
        models,
        file.prices().version(),
        providers);
  }

  private JobSetup.Model model(String name, Accounts accounts) {
    ModelSpec model = file.spec().models().get(name);
    ProviderSpec provider = file.spec().providers().get(model.provider());
    ModelSettings settings =
        new ModelSettings(
            name,
            endpoint(model.provider(), provider),
            model.model(),
            model.maxOutputTokens(),
            json(model.parameters()),
            model.extra().toString());
    return new JobSetup.Model(
        settings,
        new ApiKeySource(model.provider(), provider.apiKeyEnv(), provider.apiKeyFile()),
        price(model, provider),
        fingerprintBasis(settings),
        accounts.accountModel(model),
        accounts.limits(model, file.spec().limits()));
  }

  private ProviderEndpoint endpoint(String name, ProviderSpec provider) {
    boolean simulated = name.equals(JobSpecReader.SIMULATOR) && simulator != null;
    return new ProviderEndpoint(
        name,
        provider.dialect(),
        simulated ? JobSpecReader.SIMULATOR : JobSpecReader.identity(provider),
        simulated ? simulator.origin() + SIMULATOR_PATH : JobSpecReader.baseUrl(provider),
        provider.maxTokensField(),
        provider.apiVersion(),
        Duration.ofSeconds(file.spec().retry().requestTimeoutSeconds()));
  }

  private static String json(Map<String, JsonNode> parameters) {
    return JsonNodeFactory.instance.objectNode().<ObjectNode>setAll(parameters).toString();
  }

  private @Nullable ModelPrice price(ModelSpec model, ProviderSpec provider) {
    PriceList prices = file.prices();
    if (model.provider().equals(JobSpecReader.SIMULATOR)) {
      return prices.findByModel(model.model()).orElse(null);
    }
    String listedAs = provider.priceAs() == null ? model.provider() : provider.priceAs();
    return prices.find(listedAs, model.model()).orElse(null);
  }

  private static FingerprintBasis fingerprintBasis(ModelSettings model) {
    ProviderDialect dialect = dialect(model);
    return new FingerprintBasis(
        model.endpoint().identity(),
        model.requestModel(),
        dialect.headers(),
        model.maxOutputTokens(),
        model.parametersJson(),
        model.extraJson(),
        dialect.indifferentParameters());
  }

  @Override
  public void close() {
    if (simulator != null) {
      simulator.close();
    }
  }
}

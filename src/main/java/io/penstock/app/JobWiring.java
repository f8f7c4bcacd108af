package io.penstock.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.config.Accounts;
import io.penstock.config.DialectRules;
import io.penstock.config.JobSpec;
import io.penstock.config.JobSpec.ModelSpec;
import io.penstock.config.JobSpec.ProviderSpec;
import io.penstock.config.JobSpec.SecretSpec;
import io.penstock.config.JobSpecReader;
import io.penstock.config.JobSpecWriter;
import io.penstock.domain.ModelSettings;
import io.penstock.domain.Network;
import io.penstock.domain.PromptCacheHint;
import io.penstock.domain.ProviderEndpoint;
import io.penstock.domain.ProviderSecrets;
import io.penstock.pipeline.InvalidInputException;
import io.penstock.pipeline.JobSetup;
import io.penstock.pipeline.Problems;
import io.penstock.pipeline.SecretPlace;
import io.penstock.pipeline.SecretPlaces;
import io.penstock.pipeline.TextFile;
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
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
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
  private final Supplier<Configuration> hadoop;
  private final JobSetup setup;

  private JobWiring(JobFile file, @Nullable Simulator simulator, Supplier<Configuration> hadoop) {
    this.file = file;
    this.simulator = simulator;
    this.hadoop = hadoop;
    this.setup = wire();
  }

  static JobWiring of(JobFile file) {
    return of(file, Configuration::new);
  }

  /**
   * Starts the embedded simulator where a model asks for it.
   *
   * @param hadoop for files on its file systems and for its credential providers; asked for only
   *     where there are some
   */
  static JobWiring of(JobFile file, Supplier<Configuration> hadoop) {
    boolean simulated =
        file.spec().models().values().stream()
            .anyMatch(model -> model.provider().equals(JobSpecReader.SIMULATOR));
    return new JobWiring(
        file,
        simulated ? Simulator.start(file.simulatorOptions(), file.prices(), 0) : null,
        hadoop);
  }

  JobSetup setup() {
    return setup;
  }

  /**
   * The secrets by provider. Connecting opens nothing, but shows whether they can stand in headers,
   * and whether the certificates can be read.
   *
   * @throws InvalidInputException a line for each that is missing or cannot be used
   */
  Map<String, ProviderSecrets> readSecrets() {
    Map<String, ProviderSecrets> secrets = new LinkedHashMap<>();
    Problems problems = new Problems();
    for (JobSetup.Model model : setup.models()) {
      problems.collect(
          () -> {
            String provider = model.secrets().providerName();
            connect(model, secrets.computeIfAbsent(provider, name -> model.secrets().read(hadoop)));
          });
    }
    problems.tell();
    return secrets;
  }

  private void connect(JobSetup.Model model, ProviderSecrets secrets) {
    try {
      setup.providers().connect(model.settings(), secrets, 1, learnt -> {});
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(String.valueOf(e.getMessage()));
    }
  }

  /** Those of {@link #readSecrets()} that are there. */
  Map<String, ProviderSecrets> findSecrets() {
    Map<String, ProviderSecrets> secrets = new LinkedHashMap<>();
    for (JobSetup.Model model : setup.models()) {
      new Problems()
          .collect(() -> secrets.put(model.secrets().providerName(), model.secrets().read(hadoop)));
    }
    return secrets;
  }

  /**
   * What a provider's places hold now.
   *
   * @throws InvalidInputException when one is missing
   */
  ProviderSecrets readAgain(String provider) {
    return setup.models().stream()
        .map(JobSetup.Model::secrets)
        .filter(places -> places.providerName().equals(provider))
        .findFirst()
        .map(places -> places.read(hadoop))
        .orElse(ProviderSecrets.NONE);
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
        new JobPrices(spec, file.prices()).used(),
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
            model.extra().toString(),
            cacheHint(provider),
            responseSchema());
    return new JobSetup.Model(
        settings,
        secrets(model.provider(), provider),
        new JobPrices(file.spec(), file.prices()).of(model),
        fingerprintBasis(settings),
        accounts.accountModel(model),
        accounts.limits(model, file.spec().limits()),
        provider.batch() && DialectRules.WITH_BATCHES.contains(provider.dialect()));
  }

  private @Nullable String responseSchema() {
    JsonNode schema = file.spec().prompt().responseSchema();
    return schema == null ? null : schema.toString();
  }

  /** Servers that only speak OpenAI's dialect may refuse the field that asks for it. */
  private PromptCacheHint cacheHint(ProviderSpec provider) {
    boolean isTaken =
        provider.dialect().equals("anthropic") || "openai".equals(provider.identity());
    return switch (isTaken ? file.spec().prompt().cachePrefix() : "false") {
      case "true" -> PromptCacheHint.SHORT;
      case "1h" -> PromptCacheHint.HOUR;
      default -> PromptCacheHint.NONE;
    };
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
        Duration.ofSeconds(file.spec().retry().requestTimeoutSeconds()),
        network(name, provider));
  }

  private Network network(String name, ProviderSpec provider) {
    Map<String, String> headers = new LinkedHashMap<>();
    provider
        .headers()
        .forEach(
            (header, spec) -> {
              if (spec.value() != null) {
                headers.put(header, spec.value());
              }
            });
    String file = provider.caFile();
    String certificates =
        file == null ? "" : TextFile.read(file, hadoop, "providers." + name + ".ca_file: ");
    return new Network(JobSpecReader.proxy(provider), headers, certificates);
  }

  private static SecretPlaces secrets(String name, ProviderSpec provider) {
    String path = "providers." + name;
    Map<String, SecretPlace> headers = new LinkedHashMap<>();
    provider
        .headers()
        .forEach(
            (header, spec) ->
                place(path + ".headers." + header + ": no value", spec.secret())
                    .ifPresent(place -> headers.put(header, place)));
    return new SecretPlaces(
        name,
        place(path + ": no API key", provider.apiKey()).orElse(null),
        headers,
        place(path + ".proxy: no password", provider.proxy().password()).orElse(null));
  }

  private static Optional<SecretPlace> place(String otherwise, SecretSpec secret) {
    return secret.places() == 0
        ? Optional.empty()
        : Optional.of(
            new SecretPlace(otherwise, secret.env(), secret.file(), secret.credentialAlias()));
  }

  private static String json(Map<String, JsonNode> parameters) {
    return JsonNodeFactory.instance.objectNode().<ObjectNode>setAll(parameters).toString();
  }

  private static FingerprintBasis fingerprintBasis(ModelSettings model) {
    ProviderDialect dialect = dialect(model);
    return new FingerprintBasis(
        model.endpoint().identity(),
        model.requestModel(),
        headers(dialect, model.endpoint().network()),
        model.maxOutputTokens(),
        model.parametersJson(),
        model.extraJson(),
        dialect.indifferentParameters(),
        model.responseSchemaJson());
  }

  /** Those of the job in the place of the dialect's own, in whatever letters. */
  private static Map<String, String> headers(ProviderDialect dialect, Network network) {
    Map<String, String> sent = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    sent.putAll(dialect.headers());
    sent.putAll(network.headers());
    return sent;
  }

  @Override
  public void close() {
    if (simulator != null) {
      simulator.close();
    }
  }
}

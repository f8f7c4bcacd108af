package io.penstock.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.config.JobSpec.ModelSpec;
import io.penstock.config.JobSpec.ProviderSpec;
import io.penstock.config.JobSpec.RouteSpec;
import io.penstock.yaml.NearestName;
import io.penstock.yaml.Problems;
import io.penstock.yaml.RecordReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The checks of a job file that need more than one key, or a pattern. */
final class JobSpecChecks {
  /** Names become folder names, lock names and parts of messages. */
  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,99}";

  private final JobSpec spec;
  private final Map<String, DialectRules> dialects;
  private final Problems problems;

  JobSpecChecks(JobSpec spec, Map<String, DialectRules> dialects, Problems problems) {
    this.spec = spec;
    this.dialects = dialects;
    this.problems = problems;
  }

  void run() {
    checkName("name", spec.name());
    checkInput();
    checkPrompt();
    int before = problems.count();
    spec.providers().forEach(this::checkProvider);
    if (spec.models().isEmpty()) {
      problems.add("models", "must have at least one model");
    }
    spec.models().forEach(this::checkModel);
    LimitChecks limits = new LimitChecks(spec, problems);
    limits.run();
    if (problems.count() == before) {
      limits.runAcrossKeys();
    }
    checkRouting();
    checkDelivery();
    new SchemaChecks(spec, dialects, problems).run();
    new RungChecks(spec, problems).run();
    checkFolders();
  }

  private void checkName(String path, String name) {
    if (!name.matches(NAME)) {
      problems.add(
          path, "is '" + name + "', must have letters, digits, dot, dash or underscore only");
    }
  }

  private void checkInput() {
    if ((spec.input().path() == null) == (spec.input().table() == null)) {
      problems.add("input", "must have either path or table");
    }
  }

  private void checkPrompt() {
    JobSpec.PromptSpec prompt = spec.prompt();
    if ((prompt.messages() == null) == (prompt.user() == null)) {
      problems.add("prompt", "must have either user or messages");
    }
    if (prompt.messages() != null && prompt.system() != null) {
      problems.add(
          "prompt.system", "cannot stand beside messages: put the system instructions there");
    }
    if (prompt.messages() != null && !prompt.truncate().isEmpty()) {
      problems.add("prompt.truncate", "cannot stand beside messages: it cuts columns of templates");
    }
    prompt
        .truncate()
        .forEach(
            (column, tokens) -> {
              if (tokens < 1) {
                problems.add(
                    "prompt.truncate." + column, "is " + tokens + ", must be at least 1 token");
              }
            });
  }

  private void checkProvider(String name, ProviderSpec provider) {
    String path = "providers." + name;
    checkName(path, name);
    if (!dialects.containsKey(provider.dialect())) {
      problems.add(
          path + ".dialect",
          "is '"
              + provider.dialect()
              + "'; "
              + NearestName.hint(provider.dialect(), dialects.keySet()));
    }
    new ProviderChecks(path, provider, problems).run();
    if (name.equals(JobSpecReader.SIMULATOR)) {
      return;
    }
    if (!provider.options().isEmpty()) {
      problems.add(path + ".options", "only the simulator has options");
    }
    checkBaseUrl(path, provider);
  }

  private void checkBaseUrl(String path, ProviderSpec provider) {
    if (provider.baseUrl() == null) {
      problems.add(path + ".base_url", "is required");
      return;
    }
    try {
      BaseUrl url = BaseUrl.parse(provider.baseUrl());
      if (ProviderChecks.sendsSecrets(provider)
          && url.isPlainHttpToAnotherMachine()
          && !provider.allowPlainHttp()) {
        problems.add(
            path + ".base_url",
            "would send the key over plain http to another machine; use https, or set allow_plain_http: true");
      }
    } catch (IllegalArgumentException e) {
      problems.add(path + ".base_url", e.getMessage());
    }
  }

  private void checkModel(String name, ModelSpec model) {
    String path = "models." + name;
    checkName(path, name);
    ProviderSpec provider = spec.providers().get(model.provider());
    if (provider == null) {
      String hint = NearestName.hint(model.provider(), spec.providers().keySet());
      problems.add(path + ".provider", "is '" + model.provider() + "'; " + hint);
      return;
    }
    DialectRules rules = dialects.get(provider.dialect());
    if (rules == null) {
      return; // said at the provider
    }
    model.parameters().forEach((key, value) -> checkParameter(path, key, value, rules));
    checkExtra(path, model.extra(), rules);
    if (rules.needsMaxOutputTokens() && model.maxOutputTokens() == null) {
      problems.add(
          path + ".max_output_tokens", "is required by the " + provider.dialect() + " dialect");
    }
  }

  private void checkParameter(String path, String key, JsonNode value, DialectRules rules) {
    if (rules.reserved().contains(key)) {
      problems.add(path + "." + key, reserved(key));
    } else if (!rules.parameters().contains(key)) {
      List<String> known =
          Stream.concat(rules.parameters().stream(), RecordReader.keys(ModelSpec.class).stream())
              .toList();
      problems.add(
          path + "." + key,
          "unknown key; "
              + NearestName.hint(key, known)
              + " Parameters outside the dialect's list go under extra");
    } else if (value.isNull()) {
      problems.add(path + "." + key, "must not be null; leave it out instead");
    } else {
      rules.onlyValues().forEach((place, only) -> checkPrice(path, key, value, place, only));
    }
  }

  private void checkPrice(String path, String key, JsonNode value, String place, Set<String> only) {
    List<String> words = List.of();
    if (place.equals(key)) {
      words = words(value);
    } else if (place.startsWith(key + ".")) {
      String member = place.substring(key.length() + 1);
      words =
          StreamSupport.stream(value.spliterator(), false)
              .filter(element -> element.has(member))
              .map(element -> element.path(member).asText())
              .toList();
    }
    if (!only.containsAll(words)) {
      problems.add(
          path + "." + place,
          "is '"
              + String.join(", ", words)
              + "', only "
              + String.join(", ", new TreeSet<>(only))
              + " have the prices of the list; others are not built yet");
    }
  }

  /** The value; of a list all its values, and of the objects in it the names of their members. */
  private static List<String> words(JsonNode value) {
    if (!value.isArray()) {
      return List.of(value.asText());
    }
    List<String> words = new ArrayList<>();
    for (JsonNode element : value) {
      if (element.isObject()) {
        element.fieldNames().forEachRemaining(words::add);
      } else {
        words.add(element.asText());
      }
    }
    return words;
  }

  private void checkExtra(String path, JsonNode extra, DialectRules rules) {
    if (!extra.isObject()) {
      problems.add(path + ".extra", "must be a mapping");
      return;
    }
    extra
        .fieldNames()
        .forEachRemaining(
            key -> {
              if (rules.reserved().contains(key)) {
                problems.add(path + ".extra." + key, reserved(key));
              } else if (rules.parameters().contains(key)) {
                problems.add(
                    path + ".extra." + key, "is of the dialect's list: write it beside the model");
              }
            });
  }

  private static String reserved(String key) {
    return key.contains("max_")
        ? "write max_output_tokens instead"
        : "is written by Penstock itself, or cannot be honoured";
  }

  private void checkRouting() {
    List<RouteSpec> routing = spec.routing();
    if (routing.isEmpty() && spec.firstModels().size() > 1) {
      problems.add("routing", "is required where there are several models");
    }
    for (int i = 0; i < routing.size(); i++) {
      RouteSpec route = routing.get(i);
      String path = "routing[" + i + "]";
      if (!spec.models().containsKey(route.model())) {
        String hint = NearestName.hint(route.model(), spec.models().keySet());
        problems.add(path + ".model", "is '" + route.model() + "'; " + hint);
      }
    }
    RuleOrder.check(
        "routing",
        routing.stream().map(route -> Optional.ofNullable(route.when())).toList(),
        "model",
        problems);
  }

  private void checkDelivery() {
    RuleOrder.check(
        "delivery",
        spec.delivery().stream().map(rule -> Optional.ofNullable(rule.when())).toList(),
        "mode",
        problems);
  }

  private void checkFolders() {
    Map<String, String> folders =
        Map.of(
            "store.path",
            spec.store().path(),
            "output.path",
            spec.output().path(),
            "runs.path",
            spec.runs().path());
    folders.forEach(
        (key, folder) ->
            folders.forEach(
                (otherKey, other) -> {
                  if (!key.equals(otherKey)
                      && (within(folder, other)
                          || folder.equals(other) && key.compareTo(otherKey) < 0)) {
                    problems.add(key, "must not lie in " + otherKey + " (" + other + ")");
                  }
                }));
    String input = spec.input().path();
    if (input != null
        && (within(input, spec.output().path())
            || within(spec.output().path(), input)
            || input.equals(spec.output().path()))) {
      problems.add("output.path", "must not hold the input, nor lie in it (" + input + ")");
    }
  }

  private static boolean within(String folder, String outer) {
    return folder.startsWith(outer.endsWith("/") ? outer : outer + "/");
  }
}

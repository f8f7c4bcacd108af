package io.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.yaml.InvalidConfigurationException;
import io.penstock.yaml.Problems;
import io.penstock.yaml.YamlTree;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Job files, known providers and dialects for the tests of this package. */
final class Jobs {
  static final Path FOLDER = Path.of("/jobs");

  static final Map<String, DialectRules> DIALECTS =
      Map.of(
          "openai",
          new DialectRules(
              Set.of(
                  "temperature",
                  "top_p",
                  "stop",
                  "seed",
                  "logit_bias",
                  "service_tier",
                  "response_format"),
              Set.of("model", "messages", "stream", "max_tokens"),
              Map.of("service_tier", Set.of("auto", "default")),
              false,
              "/v1",
              Set.of("response_format")),
          "azure",
          new DialectRules(
              Set.of(), Set.of(), Map.of(), false, "/openai", Set.of("response_format")),
          "anthropic",
          new DialectRules(
              Set.of("temperature", "tools", "output_config"),
              Set.of("model", "messages"),
              Map.of(
                  "tools", Set.of("name", "input_schema", "type"), "tools.type", Set.of("custom")),
              true,
              "/v1",
              Set.of("output_config.format")),
          "gemini",
          new DialectRules(Set.of(), Set.of(), Map.of(), false, "/v1beta", Set.of()));

  private static final String KNOWN_PROVIDERS =
      """
      openai: {dialect: openai, base_url: "https://api.openai.com/v1", identity: openai,
               api_key_env: OPENAI_API_KEY, max_tokens_field: max_completion_tokens, batch: true}
      anthropic: {dialect: anthropic, base_url: "https://api.anthropic.com/v1",
                  identity: anthropic, api_key_env: ANTHROPIC_API_KEY, batch: true}
      azure: {dialect: azure, api_key_env: AZURE_OPENAI_API_KEY}
      ollama: {dialect: openai, base_url: "http://127.0.0.1:11434/v1"}
      simulator: {dialect: openai, identity: simulator}
      """;

  /** The least that a job needs. */
  static final String SMALLEST =
      """
      name: triage
      input: {path: lake/tickets}
      prompt: {user: "{question}"}
      models: {small: {provider: openai, model: gpt-4o-mini}}
      store: {path: lake/completions}
      output: {path: lake/answers}
      runs: {path: runs}
      """;

  private Jobs() {}

  /** The job, which must have no problems. */
  static JobSpec read(String yaml, String... sets) {
    Problems problems = new Problems("job.yaml");
    JobSpec spec =
        reader(KNOWN_PROVIDERS).read(yaml, JobPlace.here(FOLDER), List.of(sets), problems);
    problems.throwIfAny();
    return spec;
  }

  static JobSpec smallestWith(String... sets) {
    return read(SMALLEST, sets);
  }

  /** Asserts that the smallest job with these {@code --set}s has exactly these problems. */
  static void refuses(String set, String... problems) {
    refusesAll(List.of(set), problems);
  }

  static void refusesAll(List<String> sets, String... problems) {
    String lines = "job.yaml: " + String.join("\njob.yaml: ", problems);
    assertThatThrownBy(() -> smallestWith(sets.toArray(String[]::new)))
        .isInstanceOf(InvalidConfigurationException.class)
        .satisfies(
            thrown ->
                assertThat(thrown.getMessage().lines())
                    .containsExactlyInAnyOrderElementsOf(lines.lines().toList()));
  }

  static JobSpecReader reader(String knownProviders) {
    ObjectNode known = YamlTree.parse(knownProviders, new Problems("providers.yaml"));
    return new JobSpecReader(DIALECTS, known);
  }
}

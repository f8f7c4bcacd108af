package io.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaChecksTest {
  private static final String SCHEMA =
      "prompt.response_schema={type: object, properties: {b: {type: string}, a: {type: integer}}}";

  @Test
  void aSchemaIsKeptAsItWasWritten() {
    JobSpec spec = Jobs.smallestWith(SCHEMA);

    assertThat(spec.prompt().responseSchema())
        .hasToString(
            "{\"type\":\"object\",\"properties\":{\"b\":{\"type\":\"string\"},\"a\":{\"type\":\"integer\"}}}");
    assertThat(Jobs.read(JobSpecWriter.toYaml(spec))).isEqualTo(spec);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text | must be a mapping: a JSON Schema",
        "{} | must have the type object: providers take no other",
        "{type: array} | must have the type object: providers take no other",
        "{type: object, required: label} | is no JSON Schema: /required: string found, array expected",
        "{type: object, $schema: urn:x} | has the unknown $schema 'urn:x'",
        "{type: object, $ref: 'http://a.example/b'} | has the $ref 'http://a.example/b', must be one that begins with #",
        "{type: object, properties: {a: {$ref: '#/$defs/a'}}} | cannot be used: Reference /$defs/a cannot be resolved",
        "{type: object, properties: {a: {pattern: '[a'}}} | cannot be used: java.util.regex.PatternSyntaxException: Unclosed character class near index 1"
      })
  void whatIsNoUsableSchemaIsRefused(String schema, String problem) {
    Jobs.refuses("prompt.response_schema=" + schema, "prompt.response_schema: " + problem);
  }

  @Test
  void nothingElseAsksForAForm() {
    Jobs.refusesAll(
        List.of(SCHEMA, "models.small.response_format={type: json_object}"),
        "models.small.response_format: cannot stand beside prompt.response_schema, which sets it");
    Jobs.refusesAll(
        List.of(
            SCHEMA,
            "models.small={provider: anthropic, model: claude, max_output_tokens: 9,"
                + " output_config: {format: {type: json_schema}}}"),
        "models.small.output_config.format: cannot stand beside prompt.response_schema, which sets"
            + " it");
    Jobs.smallestWith(
        SCHEMA,
        "models.small={provider: anthropic, model: claude, max_output_tokens: 9,"
            + " output_config: {effort: low}}");
  }

  @Test
  void aCheckNeedsASchema() {
    String cascade = "cascade={to: large, unless: [{schema: true}]}";
    String models = "models.large={provider: openai, model: gpt-4o}";

    Jobs.smallestWith(SCHEMA, models, cascade);
    Jobs.refusesAll(
        List.of(models, cascade), "cascade.unless[0].schema: needs prompt.response_schema");
    Jobs.refusesAll(
        List.of(SCHEMA, models, cascade.replace("true", "false")),
        "cascade.unless[0].schema: must be true");
  }

  @Test
  void aRunDoesNotGoOnWithAnotherOrderOfKeys() {
    JobSpec before = Jobs.smallestWith(SCHEMA);
    JobSpec now =
        Jobs.smallestWith(
            "prompt.response_schema={type: object, properties: {a: {type: integer}, b: {type:"
                + " string}}}");

    assertThat(RunBasis.differences(JobSpecWriter.toYaml(before), before)).isEmpty();
    assertThat(RunBasis.differences(JobSpecWriter.toYaml(before), now))
        .containsExactly("prompt.response_schema has its keys in another order");
  }
}

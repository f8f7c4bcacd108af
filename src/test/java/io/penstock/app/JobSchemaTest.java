package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.penstock.yaml.Problems;
import io.penstock.yaml.YamlTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code conf/job.schema.json} is what the records say, and judges as the reader of jobs does. */
class JobSchemaTest {
  private static final Path FILE = Path.of("conf/job.schema.json");
  private static final String REWRITE =
      "mvn -B test -Dtest=JobSchemaTest -Dschema.write=true rewrites " + FILE;

  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7);

  private static String generated() throws IOException {
    Map<String, String> meanings = new HashMap<>();
    for (String[] row : Readme.rows("Job file")) {
      meanings.put(row[0].replaceAll("[*]{2}|`", ""), row.length > 2 ? row[2] : "");
    }
    return new JobSchema(new JobSchemaTexts(meanings)).write();
  }

  private static List<Error> problems(JsonNode job) throws IOException {
    Schema schema = REGISTRY.getSchema(JobSchema.read(generated()));
    return schema.validate(job);
  }

  private static ObjectNode quickstart() throws IOException {
    return yaml(Path.of("jobs/quickstart.yaml"));
  }

  private static ObjectNode yaml(Path file) throws IOException {
    Problems problems = new Problems(file.toString());
    ObjectNode tree = YamlTree.parse(Files.readString(file), problems);
    problems.throwIfAny();
    return tree;
  }

  private static ObjectNode quickstartWith(String set) throws IOException {
    ObjectNode job = quickstart();
    YamlTree.set(job, set, new Problems("job"));
    return job;
  }

  @Test
  void theFileIsWhatTheRecordsAndTheReadmeSay() throws IOException {
    String schema = generated();
    if (Boolean.getBoolean("schema.write")) {
      Files.writeString(FILE, schema);
    }

    assertThat(FILE).as(REWRITE).exists();
    assertThat(Files.readString(FILE)).as(REWRITE).isEqualTo(schema);
  }

  @Test
  void itIsASchema() throws IOException {
    Schema meta =
        REGISTRY.getSchema(SchemaLocation.of(SpecificationVersion.DRAFT_7.getDialectId()));

    assertThat(meta.validate(JobSchema.read(generated()))).isEmpty();
  }

  static List<Path> jobFiles() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("jobs"))) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("jobFiles")
  void everyJobOfTheRepositoryIsRight(Path file) throws IOException {
    assertThat(problems(yaml(file))).isEmpty();
    assertThat(JobFile.read(file.toString(), List.of(), JobWiring.DIALECTS).spec()).isNotNull();
  }

  @Test
  void everyJobOfTheReadmeIsRight() throws IOException {
    for (ObjectNode job : Readme.jobs()) {
      assertThat(problems(job)).as(job.toPrettyString()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "samples=3",
        "deduplicate=null",
        "delivery=batch",
        "delivery=[{when: \"a = 'b'\", mode: realtime}, {mode: batch}]",
        "prompt.cache_prefix=true",
        "prompt.cache_prefix=1h",
        "prompt.response_schema={type: object, properties: {a: {type: string}}}",
        "providers.openai.proxy=http://proxy:3128",
        "providers.openai.headers={x-team: lake, x-gate: {env: GATE}}",
        "providers.openai-2={identity: openai, api_key_env: KEY_2}",
        "providers.mine={dialect: openai, base_url: 'http://127.0.0.1:9/v1', api_key_env: null}",
        "models.small.stop=[a, b]",
        "models.small.extra={top_k: 20}",
        "models.small.fallback=[{model: small, on: [OVERLOADED]}]",
        "cascade={to: small, unless: [{finish_reason: [STOP]}, {schema: true}], audit_fraction: 0.02}",
        "limits={openai/gpt-4o-mini: {requests_per_minute: 100, share: '0.5'}}",
        "prices={azure/bot: openai/gpt-4o-mini}",
        "prices={a/b: {input: '0.15', output: 0.6, tiers: [{above_input_tokens: 9, input: 1, output: 2}]}}",
        "prices={a/b: [{valid_until: 2027-01-01, input: 1, output: 2}]}",
        "budget={max_usd: '25.00', when_over: spend}",
        "store.max_age_days=0.5",
        "name=2026"
      })
  void takesWhatTheReaderTakes(String set) throws IOException {
    assertThat(problems(quickstartWith(set))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "promt={user: '{question}'}",
        "name=' '",
        "name=null",
        "samples=0",
        "samples=two",
        "deduplicate=yes please",
        "input.format=delta",
        "input.path=null",
        "prompt.messages=chat",
        "prompt.response_schema=text",
        "delivery=overnight",
        "providers.mine={base_url: 'http://127.0.0.1:9/v1'}",
        "providers.openai.dialect=soap",
        "providers.openai.api_key=sk-1",
        "providers.openai.headers={x-gate: {vault: GATE}}",
        "models={}",
        "models.small.model=null",
        "models.small.temprature=0",
        "models.small.max_output_tokens=0",
        "models.small.fallback=[{model: small, on: [AUTHENTICATION]}]",
        "cascade.audit_fraction=2",
        "limits={openai/gpt-4o-mini: {requests: 100}}",
        "prices={a/b: {input: cheap, output: 1}}",
        "budget.max_usd=lots",
        "runs.keep_days=1.5",
        "evaluation={}"
      })
  void refusesWhatTheReaderRefuses(String set) throws IOException {
    assertThat(problems(quickstartWith(set))).isNotEmpty();
  }
}

package io.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.yaml.Problems;
import io.penstock.yaml.YamlTree;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JobSpecWriterTest {
  private static final String OWN = "providers.own={dialect: openai, base_url: 'http://localhost'}";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name=other",
        "name='1e3'",
        "name='0x1F'",
        "name='null'",
        "models.small={provider: own, model: m, max_output_tokens: 5, temperature: 0.70, seed: 12345678901}",
        "models.small={provider: own, model: '4.10', extra: {top_k: 10.0, n: null, a: [1, 'x']}}",
        "models={a: {provider: own, model: m}, b: {provider: own, model: n}}",
        "prompt.user=\"line\\n  {a}\\r\\n\\ttab 'x' \\\"y\\\" #z: \\u2028 \\u0085 🙂 \"",
        "prompt={system: '', user: '- {{{a}}}'}",
        "prompt={messages: chat}",
        "input={table: c.d.t, id: 'on', where: \"a = 'b'\", columns: {'x y': '1'}}",
        "input={path: /p, format: csv, options: {delimiter: \"\\t\", header: 'false'}}",
        "concurrency={initial: 4, min: 2, max: 8, chunk_size: 3}",
        "concurrency={adaptive: false, chunk_pause_ms: 5, warm_up: false}",
        "limits={own/gpt-4o-mini: {requests_per_minute: 5, max_in_flight: 2, share: 0.15}}",
        "limits={own/gpt-4o-mini: {enqueued_tokens: 5}}",
        "limits_without_plugin=divide",
        "delivery=batch",
        "delivery=[{when: \"a = 'b'\", mode: realtime}, {mode: batch}]",
        "batch={poll_interval_seconds: 1, deadline_seconds: 2, on_expiry: realtime, max_requests: 3, max_bytes: 4, adopt_seconds: 5}",
        "providers.own.batch=true",
        "providers.own.headers={x-team: data, X-Gate-Token: {env: GATE}, x-a: {file: /a}}",
        "providers.own.proxy='http://proxy:3128'",
        "providers.own.proxy={url: 'http://proxy:3128', user: u, password: {credential_alias: p}}",
        "providers.own={credential_alias: a, ca_file: /ca.pem, dialect: openai, base_url: 'https://x'}",
        "retry={max_attempts: 2, max_paid_attempts: 1, request_timeout_seconds: 3}",
        "prices={own/m: {input: '0.10', output: '1e-3'}}",
        "output={path: /o, mode: append, prefix: ai_}",
        "failures.tolerated_fraction=0",
        "report={samples: 3}"
      })
  void itsOutputReadsAsTheSameJob(String set) {
    String routing =
        set.startsWith("models={") ? "routing=[{when: x, model: a}, {model: b}]" : "routing=[]";
    JobSpec job = Jobs.smallestWith(OWN, "models.small.provider=own", set, routing);

    assertThat(Jobs.read(JobSpecWriter.toYaml(job))).isEqualTo(job);
  }

  @Test
  void aJobOfAKnownProviderReadsAsTheSameJob() {
    JobSpec job = Jobs.smallestWith();

    assertThat(Jobs.read(JobSpecWriter.toYaml(job))).isEqualTo(job);
  }

  @Test
  void aJobOfTheSimulatorReadsAsTheSameJob() {
    JobSpec job =
        Jobs.smallestWith("models.small.provider=simulator", "providers.simulator.options.seed=7");

    assertThat(Jobs.read(JobSpecWriter.toYaml(job))).isEqualTo(job);
  }

  @Test
  void aKnownProviderAtAnotherAddressReadsAsTheSameJob() {
    JobSpec job = Jobs.smallestWith("providers.openai.base_url='http://localhost:8089'");

    assertThat(Jobs.read(JobSpecWriter.toYaml(job))).isEqualTo(job);
  }

  @Test
  void aKeyTakenFromAFileInsteadReadsAsTheSameJob() {
    JobSpec job = Jobs.smallestWith("providers.openai={api_key_env: null, api_key_file: /keys/a}");

    assertThat(Jobs.read(JobSpecWriter.toYaml(job))).isEqualTo(job);
  }

  @Test
  void writesDefaultsButOnlyTheProvidersThatAreUsed() {
    var tree = YamlTree.parse(JobSpecWriter.toYaml(Jobs.smallestWith()), new Problems("job.yaml"));

    assertThat(tree.at("/retry/max_attempts").asInt()).isEqualTo(6);
    assertThat(tree.get("providers").fieldNames()).toIterable().containsExactly("openai");
    assertThat(tree.at("/models/small").has("parameters")).isFalse();
  }
}

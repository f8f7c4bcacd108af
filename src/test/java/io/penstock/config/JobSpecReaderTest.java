package io.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.config.JobSpec.BatchSpec;
import io.penstock.config.JobSpec.ConcurrencySpec;
import io.penstock.config.JobSpec.DeliverySpec;
import io.penstock.config.JobSpec.InputSpec;
import io.penstock.config.JobSpec.LimitSpec;
import io.penstock.config.JobSpec.ModelSpec;
import io.penstock.config.JobSpec.OutputSpec;
import io.penstock.config.JobSpec.PromptSpec;
import io.penstock.config.JobSpec.RetrySpec;
import io.penstock.config.JobSpec.RouteSpec;
import io.penstock.yaml.Problems;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JobSpecReaderTest {
  private static final String FULL =
      """
      name: support-triage
      input:
        path: s3a://lake/tickets
        format: csv
        id: ticket_id
        options: {delimiter: ";"}
        columns: {topic: "lower(subject)"}
        where: "language = 'en'"
      prompt: {system: "You are terse.", user: "Q: {question}"}
      providers:
        local: {dialect: openai, base_url: "http://127.0.0.1:8000/v1", api_key_file: keys/local}
      models:
        small: {provider: openai, model: gpt-4o-mini, max_output_tokens: 256, temperature: 0}
        large: {provider: local, model: llama, extra: {top_k: 5}, stop: ["\\n"]}
      routing:
        - {when: "length(user_prompt) < 100", model: small}
        - {model: large}
      delivery:
        - {when: "priority = 'high'", mode: realtime}
        - {mode: batch}
      batch: {poll_interval_seconds: 5, deadline_seconds: 3600, on_expiry: realtime,
              max_requests: 100, max_bytes: 5000000000, adopt_seconds: 60}
      concurrency: {initial: 20, min: 2, max: 30, adaptive: false, chunk_size: 7,
                    chunk_pause_ms: 50, warm_up: false}
      limits:
        openai/gpt-4o-mini: {requests_per_minute: 10000, tokens_per_minute: 10000000000,
                             enqueued_tokens: 4000000, share: 0.5}
        local/llama: {input_tokens_per_minute: 1, output_tokens_per_minute: 2, max_in_flight: 3}
      limits_without_plugin: divide
      retry: {max_attempts: 4, max_paid_attempts: 1, request_timeout_seconds: 9,
              row_deadline_seconds: 99}
      prices: {local/llama: {input: "0", output: "0"}}
      store: {path: completions}
      output: {path: /lake/answers, mode: append, prefix: ai_}
      failures: {tolerated_fraction: 0.25}
      runs: {path: ../runs}
      """;

  @Test
  void readsInputAndPrompt() {
    JobSpec job = Jobs.read(FULL);

    assertThat(job.name()).isEqualTo("support-triage");
    assertThat(job.input())
        .isEqualTo(
            new InputSpec(
                "s3a://lake/tickets",
                null,
                "csv",
                Map.of("delimiter", ";"),
                "ticket_id",
                Map.of("topic", "lower(subject)"),
                "language = 'en'"));
    assertThat(job.prompt())
        .isEqualTo(
            new PromptSpec(
                "You are terse.", "Q: {question}", null, false, Map.of(), "false", null));
  }

  @Test
  void readsModelsAndRouting() {
    JobSpec job = Jobs.read(FULL);

    ModelSpec small = job.models().get("small");
    assertThat(small.maxOutputTokens()).isEqualTo(256);
    assertThat(small.parameters()).hasToString("{temperature=0}");
    ModelSpec large = job.models().get("large");
    assertThat(large.maxOutputTokens()).isNull();
    assertThat(large.extra()).hasToString("{\"top_k\":5}");
    assertThat(large.parameters()).hasToString("{stop=[\"\\n\"]}");
    assertThat(job.routing())
        .containsExactly(
            new RouteSpec("length(user_prompt) < 100", "small"), new RouteSpec(null, "large"));
    assertThat(job.routedModels()).containsExactlyInAnyOrder("small", "large");
  }

  @Test
  void readsHowItIsRunAndWhereTo() {
    JobSpec job = Jobs.read(FULL);

    assertThat(job.concurrency()).isEqualTo(new ConcurrencySpec(20, 2, 30, false, 7, 50, false));
    assertThat(job.retry()).isEqualTo(new RetrySpec(4, 1, 9, 99));
    assertThat(job.output()).isEqualTo(new OutputSpec("/lake/answers", "parquet", "append", "ai_"));
    assertThat(job.output().overwrites()).isFalse();
    assertThat(job.failures().toleratedFraction()).isEqualByComparingTo("0.25");
    assertThat(job.prices()).hasToString("{\"local/llama\":{\"input\":\"0\",\"output\":\"0\"}}");
  }

  @Test
  void readsLimits() {
    JobSpec job = Jobs.read(FULL);

    assertThat(job.limits())
        .containsOnly(
            Map.entry(
                "openai/gpt-4o-mini",
                new LimitSpec(
                    10_000L, 10_000_000_000L, null, null, null, 4_000_000L, new BigDecimal("0.5"))),
            Map.entry("local/llama", new LimitSpec(null, null, 1L, 2L, 3, null, BigDecimal.ONE)));
    assertThat(job.limitsWithoutPlugin()).isEqualTo("divide");
  }

  @Test
  void readsDelivery() {
    JobSpec job = Jobs.read(FULL);

    assertThat(job.delivery())
        .containsExactly(
            new DeliverySpec("priority = 'high'", "realtime"), new DeliverySpec(null, "batch"));
    assertThat(job.asksForBatches()).isTrue();
    assertThat(job.batch()).isEqualTo(new BatchSpec(5, 3600, "realtime", 100, 5_000_000_000L, 60));
  }

  @ParameterizedTest
  @CsvSource({"batch, true", "realtime, false"})
  void aSingleModeHoldsForTheWholeJob(String mode, boolean isBatch) {
    JobSpec job = Jobs.smallestWith("delivery=" + mode);

    assertThat(job.delivery()).containsExactly(new DeliverySpec(null, mode));
    assertThat(job.asksForBatches()).isEqualTo(isBatch);
  }

  @Test
  void whatIsNotSaidHasTheDefaultsOfTheDesign() {
    JobSpec job = Jobs.smallestWith();

    assertThat(job.input().format()).isEqualTo("parquet");
    assertThat(job.concurrency())
        .isEqualTo(new ConcurrencySpec(10, null, null, true, 100, 0, true));
    assertThat(job.retry()).isEqualTo(new RetrySpec(6, 2, 600, 3600));
    assertThat(job.output())
        .isEqualTo(new OutputSpec("/jobs/lake/answers", "parquet", "overwrite", ""));
    assertThat(job.output().overwrites()).isTrue();
    assertThat(job.failures().toleratedFraction()).isEqualByComparingTo("0.05");
    assertThat(job.routing()).isEmpty();
    assertThat(job.prices()).isEmpty();
    assertThat(job.limits()).isEmpty();
    assertThat(job.delivery()).isEmpty();
    assertThat(job.asksForBatches()).isFalse();
    assertThat(job.batch()).isEqualTo(new BatchSpec(60, null, "resubmit", null, null, 900));
    assertThat(job.limitsWithoutPlugin()).isEqualTo("refuse");
  }

  @Test
  void theOnlyModelIsRoutedToWithoutRules() {
    assertThat(Jobs.smallestWith().routedModels()).containsExactly("small");
  }

  @Test
  void modelsThatNoRuleNamesAreNotRoutedTo() {
    JobSpec job =
        Jobs.smallestWith("models.spare={provider: openai, model: x}", "routing=[{model: small}]");

    assertThat(job.routedModels()).containsExactly("small");
  }

  @Test
  void relativePathsAreResolvedAgainstTheJobFilesFolder() {
    JobSpec job = Jobs.read(FULL);

    assertThat(job.store().path()).isEqualTo("/jobs/completions");
    assertThat(job.runs().path()).isEqualTo("/runs");
    assertThat(job.providers().get("local").apiKeyFile()).isEqualTo("/jobs/keys/local");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/a/b", "hdfs://host:8020/a", "s3a://bucket/a", "file:/a", "abfss://c@d/a"})
  void absolutePathsStayAsTheyAre(String path) {
    assertThat(Jobs.smallestWith("store.path='" + path + "'").store().path()).isEqualTo(path);
  }

  @Test
  void laterSetsWin() {
    assertThat(Jobs.smallestWith("name=first", "name=second").name()).isEqualTo("second");
  }

  @Test
  void setsReachKeysThatHoldDots() {
    JobSpec job = Jobs.smallestWith("prices.\"openai/gpt-4.1\"={input: '2', output: '8'}");

    assertThat(job.prices().path("openai/gpt-4.1").path("input").asText()).isEqualTo("2");
  }

  @ParameterizedTest
  @CsvSource({
    "name,name",
    "input,input",
    "prompt,prompt",
    "models,models",
    "store,store",
    "output,output",
    "runs,runs",
    "store.path,store.path",
    "models.small.model,models.small.model"
  })
  void requiredKeysAreMissed(String key, String path) {
    Jobs.refuses(key + "=null", path + ": is required");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nmae=x                             | nmae: unknown key; did you mean 'name'?",
        "input.formt=csv                    | input.formt: unknown key; did you mean 'format'?",
        "input.format=xml                   | input.format: is 'xml', must be one of parquet, json, csv, orc",
        "output.format=csv                  | output.format: is 'csv', must be one of parquet",
        "output.mode=replace                | output.mode: is 'replace', must be one of overwrite, append",
        "failures.tolerated_fraction=1.5    | failures.tolerated_fraction: is 1.5, must be at least 0 and at most 1",
        "models.small.max_output_tokens=0   | models.small.max_output_tokens: is 0, must be at least 1",
        "concurrency.initial=0              | concurrency.initial: is 0, must be at least 1 and at most 10000",
        "concurrency={initial: 3, min: 4}   | concurrency: initial is 3, must lie between min (4) and max (null)",
        "concurrency={initial: 3, max: 2}   | concurrency: initial is 3, must lie between min (null) and max (2)",
        "concurrency.chunk_pause_ms=3600001 | concurrency.chunk_pause_ms: is 3600001, must be at least 0 and at most 3600000",
        "concurrency.adaptive=maybe         | concurrency.adaptive: must be true or false, is 'maybe'",
        "limits_without_plugin=ignore       | limits_without_plugin: is 'ignore', must be one of refuse, divide",
        "limits={openai/gpt-4o-mini: {share: 0}}   | limits.openai/gpt-4o-mini: share is 0, must be above 0",
        "limits={openai/gpt-4o-mini: {share: 1.1}} | limits.openai/gpt-4o-mini.share: is 1.1, must be at least 0 and at most 1",
        "limits={openai/gpt-4o-mini: {max_in_flight: 0}} | limits.openai/gpt-4o-mini.max_in_flight: is 0, must be at least 1",
        "limits={openai/gpt-4o-mini: {requests_per_minute: 0.5}} | limits.openai/gpt-4o-mini.requests_per_minute: must be a whole number, is '0.5'",
        "limits={openai/gpt-4o-mini: {rpm: 5}} | limits.openai/gpt-4o-mini.rpm: unknown key; known are: ",
        "limits={openai/gpt-4o-mini: {enqueued_tokens: 0}} | limits.openai/gpt-4o-mini.enqueued_tokens: is 0, must be at least 1",
        "delivery=overnight                 | delivery[0].mode: is 'overnight', must be one of realtime, batch",
        "delivery={mode: batch}             | delivery: must be a list, is a mapping",
        "delivery=[{when: a}]               | delivery[0].mode: is required",
        "batch={poll_interval_seconds: 0}   | batch.poll_interval_seconds: is 0, must be at least 1 and at most 3600",
        "batch={deadline_seconds: 0}        | batch.deadline_seconds: is 0, must be at least 1 and at most 2592000",
        "batch={on_expiry: stop}            | batch.on_expiry: is 'stop', must be one of resubmit, realtime",
        "batch={max_requests: 0}            | batch.max_requests: is 0, must be at least 1",
        "batch={max_bytes: 0}               | batch.max_bytes: is 0, must be at least 1",
        "batch=60                           | batch: must be a mapping of keys to values, is '60'",
        "retry.max_attempts=0               | retry.max_attempts: is 0, must be at least 1 and at most 1000",
        "providers=[openai]                 | providers: must be a mapping, is a list"
      })
  void valuesThatAreNotAllowedAreProblems(String set, String problem) {
    assertThatThrownBy(() -> Jobs.smallestWith(set)).hasMessageContaining("job.yaml: " + problem);
  }

  @Test
  void saysTheProblemsOfReadingAndOfCheckingAtOnce() {
    Jobs.refusesAll(
        List.of(
            "nmae=x",
            "retry.max_attempts=0",
            "report={samples: 101}",
            "name='a b'",
            "models.small.provider=opnai"),
        "nmae: unknown key; did you mean 'name'?",
        "retry.max_attempts: is 0, must be at least 1 and at most 1000",
        "report.samples: is 101, must be at least 0 and at most 100",
        "name: is 'a b', must have letters, digits, dot, dash or underscore only",
        "models.small.provider: is 'opnai'; did you mean 'openai'?");
  }

  @Test
  void aBadLimitOfAModelWithDotsHidesNoOtherProblem() {
    Jobs.refusesAll(
        List.of(
            "models.small.model=gpt-4.1",
            "limits={openai/gpt-4.1: {share: 2}, openai/gpt-5: {}}",
            "name='a b'"),
        "limits.openai/gpt-4.1.share: is 2, must be at least 0 and at most 1",
        "limits.openai/gpt-5: no model of the job uses it; did you mean 'openai/gpt-4.1'?",
        "name: is 'a b', must have letters, digits, dot, dash or underscore only");
  }

  @Test
  void saysOneProblemOfATextThatIsNoYaml() {
    Problems problems = new Problems("job.yaml");

    JobSpec job =
        Jobs.reader("{}").read("name: [", JobPlace.here(Jobs.FOLDER), List.of("x"), problems);

    assertThat(job).isNull();
    assertThat(problems.count()).isEqualTo(1);
  }

  @Test
  void yamlsOtherSpellingsOfADuplicateAreStillDuplicates() {
    assertThatThrownBy(() -> Jobs.read(Jobs.SMALLEST + "\"name\": other\n"))
        .hasMessageContaining("Duplicate field 'name'");
  }
}

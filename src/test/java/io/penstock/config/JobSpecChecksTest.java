package io.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JobSpecChecksTest {
  private static final String NAMES = "must have letters, digits, dot, dash or underscore only";
  private static final String LOCAL = "dialect: openai, base_url: 'http://localhost/v1'";

  @ParameterizedTest
  @ValueSource(strings = {"a b", ".hidden", "../up", "a/b", "-x", "größe", "a\\b"})
  void namesThatAreNoFolderNamesAreRefused(String name) {
    Jobs.refuses("name='" + name + "'", "name: is '" + name + "', " + NAMES);
  }

  @Test
  void namesHaveAtMostAHundredLetters() {
    assertThatCode(() -> Jobs.smallestWith("name=" + "a".repeat(100))).doesNotThrowAnyException();
    Jobs.refuses("name=" + "a".repeat(101), "name: is '" + "a".repeat(101) + "', " + NAMES);
  }

  @Test
  void modelsAndProvidersHaveSuchNamesToo() {
    Jobs.refusesAll(
        List.of(
            "models={'my model': {provider: 'a b', model: x}}",
            "providers={'a b': {" + LOCAL + "}}"),
        "providers.a b: is 'a b', " + NAMES,
        "models.my model: is 'my model', " + NAMES);
  }

  @Test
  void aBudgetIsExactAndAboveZero() {
    assertThat(Jobs.smallestWith("budget.max_usd=0.000000000001").budget().maxUsd())
        .isEqualTo(new BigDecimal("0.000000000001"));
    assertThat(Jobs.smallestWith().budget().maxUsd()).isNull();
    assertThat(Jobs.smallestWith("budget.max_usd=1").budget().whenOver()).isEqualTo("stop");
    Jobs.refuses("budget.max_usd=0", "budget: max_usd is 0, must be above 0");
    Jobs.refuses(
        "budget.when_over=hope", "budget.when_over: is 'hope', must be one of stop, spend");
  }

  @Test
  void parametersWithAPriceOfTheirOwnAreRefused() {
    assertThatCode(
            () ->
                Jobs.smallestWith(
                    "models={m: {provider: openai, model: x, service_tier: default}}"))
        .doesNotThrowAnyException();
    Jobs.refuses(
        "models={m: {provider: openai, model: x, service_tier: flex}}",
        "models.m.service_tier: is 'flex', only auto, default have the prices of the list; others are not built yet");
  }

  @Test
  void toolsWithAPriceOfTheirOwnAreRefused() {
    String job = "models={m: {provider: anthropic, model: x, max_output_tokens: 9, tools: [%s]}}";
    assertThatCode(() -> Jobs.smallestWith(job.formatted("{name: f}, {name: g, input_schema: {}}")))
        .doesNotThrowAnyException();
    Jobs.refuses(
        job.formatted("{name: f}, {search: {}}"),
        "models.m.tools: is 'name, search', only input_schema, name, type have the prices of the list; others are not built yet");
  }

  @Test
  void toolsOfAKindWithAPriceOfItsOwnAreRefused() {
    String job = "models={m: {provider: anthropic, model: x, max_output_tokens: 9, tools: [%s]}}";
    assertThatCode(
            () ->
                Jobs.smallestWith(
                    job.formatted(
                        "{name: f, type: custom, input_schema: {type: object}}, {name: g}")))
        .doesNotThrowAnyException();
    Jobs.refuses(
        job.formatted("{name: f, type: custom}, {type: web_search_20250305, name: g}"),
        "models.m.tools.type: is 'custom, web_search_20250305', only custom have the prices of the list; others are not built yet");
  }

  @Test
  void theInputIsEitherAPathOrATable() {
    assertThat(Jobs.smallestWith("input={table: c.d.t}").input().table()).isEqualTo("c.d.t");
    Jobs.refuses("input.table=c.d.t", "input: must have either path or table");
    Jobs.refuses("input={}", "input: must have either path or table");
  }

  @Test
  void thePromptIsEitherTemplatesOrMessages() {
    assertThat(Jobs.smallestWith("prompt={messages: chat}").prompt().messages()).isEqualTo("chat");
    Jobs.refuses("prompt.messages=chat", "prompt: must have either user or messages");
    Jobs.refuses("prompt={system: x}", "prompt: must have either user or messages");
    Jobs.refuses(
        "prompt={messages: chat, system: x}",
        "prompt.system: cannot stand beside messages: put the system instructions there");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dialect: opnai, base_url: 'http://localhost'      | .dialect: is 'opnai'; did you mean 'openai'?",
        "dialect: openai                                   | .base_url: is required",
        "dialect: openai, base_url: 'ftp://x'              | .base_url: must be an http or https URL with a host",
        "dialect: openai, base_url: 'http://u:p@x'         | .base_url: must have no user, query or fragment: keys belong into api_key_env",
        "dialect: openai, base_url: 'http://localhost', options: {seed: '1'} | .options: only the simulator has options",
        "dialect: openai, base_url: 'https://x', api_key_env: A, api_key_file: b | : must have one of api_key_env, api_key_file and credential_alias",
        "dialect: openai, base_url: 'http://x', api_key_env: A | .base_url: would send the key over plain http to another machine; use https, or set allow_plain_http: true",
        "dialect: openai, base_url: 'http://x', api_key_file: a | .base_url: would send the key over plain http to another machine; use https, or set allow_plain_http: true",
        "base_url: 'http://localhost'                      | .dialect: is required",
        "dialect: openai, base_url: 'http://localhost', max_tokens_field: n | .max_tokens_field: is 'n', must be one of max_tokens, max_completion_tokens"
      })
  void providersThatCannotBeUsedAreRefused(String keys, String problem) {
    Jobs.refuses("providers.mine={" + keys + "}", "providers.mine" + problem);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "base_url: 'http://gpu7:8000'",
        "base_url: 'https://gpu7:8000', api_key_env: A",
        "base_url: 'http://127.0.0.1:8000', api_key_env: A",
        "base_url: 'http://[::1]:8000', api_key_env: A",
        "base_url: 'http://gpu7:8000', api_key_env: A, allow_plain_http: true"
      })
  void aKeyMayGoOverHttpsOrToThisMachineOrWhereItIsAllowed(String keys) {
    assertThatCode(() -> Jobs.smallestWith("providers.mine={dialect: openai, " + keys + "}"))
        .doesNotThrowAnyException();
  }

  @Test
  void theSimulatorTakesOptions() {
    JobSpec job = Jobs.smallestWith("providers.simulator.options={latency: 'fixed:5ms', seed: 7}");

    assertThat(job.providers().get("simulator").options())
        .containsEntry("latency", "fixed:5ms")
        .containsEntry("seed", "7");
  }

  @Test
  void aJobHasAtLeastOneModel() {
    Jobs.refuses("models={}", "models: must have at least one model");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "provider=opnai       | provider: is 'opnai'; did you mean 'openai'?",
        "max_tokens=5         | max_tokens: write max_output_tokens instead",
        "stream=true          | stream: is written by Penstock itself, or cannot be honoured",
        "extra={stream: true} | extra.stream: is written by Penstock itself, or cannot be honoured",
        "extra={seed: 1}      | extra.seed: is of the dialect's list: write it beside the model",
        "extra=5              | extra: must be a mapping",
        "temprature=1         | temprature: unknown key; did you mean 'temperature'? Parameters outside the dialect's list go under extra",
        "max_output_token=1   | max_output_token: unknown key; did you mean 'max_output_tokens'? Parameters outside the dialect's list go under extra",
        "temperature=null     | temperature: must not be null; leave it out instead",
        "temperature=         | temperature: must not be null; leave it out instead"
      })
  void modelsThatCannotBeCalledAreRefused(String set, String problem) {
    Jobs.refuses("models.small." + set, "models.small." + problem);
  }

  @Test
  void someDialectsDemandAnOutputLimit() {
    Jobs.refuses(
        "models.small.provider=anthropic",
        "models.small.max_output_tokens: is required by the anthropic dialect");
    assertThatCode(
            () ->
                Jobs.smallestWith(
                    "models.small.provider=anthropic", "models.small.max_output_tokens=9"))
        .doesNotThrowAnyException();
  }

  @Test
  void severalModelsNeedRouting() {
    Jobs.refuses(
        "models.large={provider: openai, model: gpt-4o}",
        "routing: is required where there are several models");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[{model: smal}]                              | [0].model: is 'smal'; did you mean 'small'?",
        "[{when: 'a', model: small}]                  | [0].when: the last rule must have none, so that every row has a model",
        "[{model: small}, {model: small}]             | [0]: has no condition: the rules after it can never match",
        "[{when: 'a'}, {model: small}]                | [0].model: is required"
      })
  void rulesThatCannotDecideAreRefused(String routing, String problem) {
    Jobs.refuses("routing=" + routing, "routing" + problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "store.path=/jobs/lake/answers        | output.path: must not lie in store.path (/jobs/lake/answers)",
        "store.path=/jobs/lake/answers/store  | store.path: must not lie in output.path (/jobs/lake/answers)",
        "runs.path=/jobs/lake/completions/r   | runs.path: must not lie in store.path (/jobs/lake/completions)",
        "output.path=lake/completions/../completions/x | output.path: must not lie in store.path (/jobs/lake/completions)",
        "output.path=lake/tickets             | output.path: must not hold the input, nor lie in it (/jobs/lake/tickets)",
        "output.path=lake/tickets/answers     | output.path: must not hold the input, nor lie in it (/jobs/lake/tickets)",
        "input.path=lake/answers/run_id=1     | output.path: must not hold the input, nor lie in it (/jobs/lake/answers/run_id=1)"
      })
  void foldersThatLieInEachOtherAreRefused(String set, String problem) {
    Jobs.refuses(set, problem);
  }

  @Test
  void foldersWithACommonBeginningDoNotLieInEachOther() {
    assertThatCode(() -> Jobs.smallestWith("runs.path=lake/completions-runs"))
        .doesNotThrowAnyException();
  }

  @Test
  void theLastRuleOfDeliveryHoldsForAllThatIsLeft() {
    Jobs.refuses(
        "delivery=[{when: a, mode: batch}]",
        "delivery[0].when: the last rule must have none, so that every row has a mode");
    Jobs.refuses(
        "delivery=[{mode: batch}, {mode: realtime}]",
        "delivery[0]: has no condition: the rules after it can never match");
  }

  @Test
  void aServerHasBatchesWhereItsDialectHasThem() {
    JobSpec job =
        Jobs.smallestWith(
            "providers.own={" + LOCAL + ", batch: true}", "providers.openai.batch=false");

    assertThat(job.providers().get("own").batch()).isTrue();
    assertThat(job.providers().get("openai").batch()).isFalse();
    assertThat(job.providers().get("anthropic").batch()).isTrue();
    assertThat(job.providers().get("ollama").batch()).isFalse();
    Jobs.refuses(
        "providers.own={dialect: gemini, base_url: 'http://localhost', batch: true}",
        "providers.own.batch: is true, but batches of this dialect are not built; remove it");
  }
}

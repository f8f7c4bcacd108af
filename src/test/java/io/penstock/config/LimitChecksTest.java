package io.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LimitChecksTest {
  private static final String ONE = "{dialect: openai, base_url: 'https://gpu', api_key_env: KEY}";
  private static final List<String> TWO_NAMES =
      List.of(
          "providers.beta=" + ONE,
          "providers.alpha=" + ONE,
          "models={b: {provider: beta, model: llama}, a: {provider: alpha, model: mistral}}",
          "routing=[{when: x, model: a}, {model: b}]");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "openai             | must have the form provider/model",
        "opnai/gpt-4o-mini  | there is no provider 'opnai'; did you mean 'openai'?",
        "/gpt-4o-mini       | there is no provider ''; known are: anthropic, ollama, openai, simulator",
        "openai/gpt-4o-min  | no model of the job uses it; did you mean 'openai/gpt-4o-mini'?",
        "openai/            | no model of the job uses it; known are: openai/gpt-4o-mini",
        "anthropic/claude   | no model of the job uses it; known are: openai/gpt-4o-mini"
      })
  void limitsOfWhatNoModelCallsAreRefused(String key, String problem) {
    Jobs.refuses("limits={" + key + ": {max_in_flight: 5}}", "limits." + key + ": " + problem);
  }

  @Test
  void theModelMayHoldSlashesAndDots() {
    JobSpec job =
        Jobs.smallestWith(
            "models.small.model=meta/llama-3.3/70b",
            "limits={openai/meta/llama-3.3/70b: {max_in_flight: 5}}");

    assertThat(job.limits()).containsOnlyKeys("openai/meta/llama-3.3/70b");
  }

  @Test
  void limitsOfAModelThatNoRuleNamesAreAccepted() {
    assertThatCode(
            () ->
                Jobs.smallestWith(
                    "models.spare={provider: openai, model: x}",
                    "routing=[{model: small}]",
                    "limits={openai/x: {max_in_flight: 5}}"))
        .doesNotThrowAnyException();
  }

  @Test
  void anAccountMayBeCalledByAnyOfItsNames() {
    assertThatCode(() -> Jobs.smallestWith(twoNamesWith("limits={alpha/llama: {}}")))
        .doesNotThrowAnyException();
  }

  @Test
  void twoKeysOfOneAccountAndModelAreRefused() {
    Jobs.refusesAll(
        List.of(twoNamesWith("limits={beta/llama: {}, alpha/llama: {}, alpha/mistral: {}}")),
        "limits.beta/llama: is the same account and model as 'alpha/llama'");
  }

  @Test
  void isSilentOnAccountsWhereAProviderIsWrong() {
    Jobs.refusesAll(
        List.of("models.small.provider=mine", "limits={openai/x: {}}"),
        "models.small.provider: is 'mine'; known are: anthropic, ollama, openai, simulator");
  }

  private static String[] twoNamesWith(String set) {
    return Stream.concat(TWO_NAMES.stream(), Stream.of(set)).toArray(String[]::new);
  }
}

package io.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunBasisTest {
  private static List<String> differences(String... sets) {
    return RunBasis.differences(JobSpecWriter.toYaml(Jobs.smallestWith()), Jobs.smallestWith(sets));
  }

  @Test
  void theSameJobHasNone() {
    assertThat(differences()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "concurrency.initial=40",
    "retry.max_attempts=3",
    "failures.tolerated_fraction=1",
    "store.sync=true",
    "prompt.cache_prefix=1h",
    "runs.keep_days=5",
    "delivery=batch",
    "batch={deadline_seconds: 9}",
    "providers.openai.batch=false",
    "providers.openai.api_key_env=OTHER_KEY",
    "providers.openai.headers={x-team: data}",
    "providers.openai.proxy='http://proxy:3128'",
    "prices.\"openai/gpt-4o-mini\".input=\"1\""
  })
  void whatDecidesNeitherRowsNorRequestsMayChange(String set) {
    assertThat(differences(set)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "input.path=/lake/others      | input.path was \"/jobs/lake/tickets\", is \"/lake/others\"",
        "input.where=a > 1            | input.where was not there, is \"a > 1\"",
        "prompt.user=\"{title}\"          | prompt.user was \"{question}\", is \"{title}\"",
        "models.small.model=gpt-4o    | models.small.model was \"gpt-4o-mini\", is \"gpt-4o\"",
        "models.small.temperature=0.5 | models.small.temperature was not there, is 0.5",
        "output.mode=append           | output.mode was \"overwrite\", is \"append\"",
        "providers.openai.headers={OpenAI-Beta: v2} | providers.openai.headers.openai-beta was not there, is \"v2\"",
        "providers.openai.base_url=http://127.0.0.1:1/v1 | providers.openai.identity was \"openai\", is \"http://127.0.0.1:1/v1\""
      })
  void whatDecidesThemIsNamed(String set, String difference) {
    assertThat(differences(set)).containsExactly(difference);
  }

  @Test
  void severalAreAllNamed() {
    assertThat(differences("prompt.user=\"{a}\"", "output.prefix=x_", "input.id=k")).hasSize(3);
  }
}

package io.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class UnbuiltKeysTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"evaluation={judge: small}                | ; remove it"})
  void whatIsNotBuiltIsRefusedByName(String set, String advice) {
    String key = set.substring(0, set.indexOf('='));

    Jobs.refuses(set, key + ": is not built yet" + advice);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "prompt.collapse_whitespace=false",
        "prompt.truncate=null",
        "budget=null",
        "store.max_age_days=null",
        "delivery=null",
        "batch=null",
        "models.small.fallback=null",
        "providers.openai.proxy=null"
      })
  void valuesThatAskForNothingAreAccepted(String set) {
    assertThat(Jobs.smallestWith(set)).isEqualTo(Jobs.smallestWith());
  }

  @ParameterizedTest
  @ValueSource(strings = {"delta", "iceberg"})
  void tableFormatsAreRefusedAsNotBuilt(String format) {
    Jobs.refuses("input.format=" + format, "input.format: " + format + " is not built yet");
    Jobs.refuses("output.format=" + format, "output.format: " + format + " is not built yet");
  }
}

package io.penstock.provider;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class QueueLimitTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Enqueued token limit reached for gpt-4o in organization org-1. Limit: 90,000 enqueued tokens. Please try again | 90000",
        "token_limit_exceeded: Enqueued token limit reached for m-2. Limit: 2,000,000 enqueued tokens. | 2000000",
        "The number of enqueued tokens has surpassed the configured limit of 30K for the deployment 'bot'. | 30000",
        "The number of enqueued tokens has surpassed the configured limit of 1.5M for the deployment | 1500000",
        "The number of enqueued tokens has surpassed the configured limit of 5 B for the deployment | 5000000000"
      })
  void readsTheLimit(String message, long tokens) {
    assertThat(QueueLimit.isNamedIn(message)).isTrue();
    assertThat(QueueLimit.tokensIn(message)).hasValue(tokens);
  }

  @Test
  void isKnownByItsCodeAlone() {
    assertThat(QueueLimit.isNamedIn("HTTP 400 token_limit_exceeded: no message")).isTrue();
    assertThat(QueueLimit.tokensIn("token_limit_exceeded")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Rate limit reached for gpt-4o on tokens per min (TPM): Limit 30000",
        "This model's maximum context length is 8192 tokens",
        ""
      })
  void otherLimitsAreNotTakenForIt(String message) {
    assertThat(QueueLimit.isNamedIn(message)).isFalse();
    assertThat(QueueLimit.tokensIn(message)).isEmpty();
  }
}

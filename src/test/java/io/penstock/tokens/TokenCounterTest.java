package io.penstock.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TokenCounterTest {
  @Test
  void countsAsO200k() {
    assertThat(TokenCounter.o200k().count("")).isZero();
    assertThat(TokenCounter.o200k().count("hello world")).isEqualTo(2);
  }

  @Test
  void spellingsOfSpecialTokensAreOrdinaryText() {
    assertThat(TokenCounter.o200k().count("<|endoftext|>")).isGreaterThan(1);
  }
}

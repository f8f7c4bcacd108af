package io.penstock.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class TokenFamilyTest {
  @ParameterizedTest
  @CsvSource({
    "o200k_base, O200K_BASE",
    "o200k_harmony, O200K_BASE",
    "cl100k_base, CL100K_BASE",
    "anthropic, ANTHROPIC",
    "gemini, GEMINI",
    "llama3, OTHER",
    ", OTHER"
  })
  void isChosenByThePriceListsEncoding(String encoding, TokenFamily family) {
    assertThat(TokenFamily.of(encoding)).isEqualTo(family);
  }

  @ParameterizedTest
  @EnumSource
  void onlyWhatIsNotExactHasARange(TokenFamily family) {
    assertThat(family.lowFactor()).isLessThanOrEqualTo(family.expectedFactor());
    assertThat(family.highFactor()).isGreaterThanOrEqualTo(family.expectedFactor());
    assertThat(family.isExact()).isEqualTo(family.lowFactor() == family.highFactor());
  }

  @Test
  void aConversationHasTokensAroundItsMessages() {
    // "hello world" is two tokens; 3 around each message, 3 in front of the answer
    assertThat(TokenFamily.O200K_BASE.countMessages(List.of("hello world", "hello world")))
        .isEqualTo(2 * (2 + 3) + 3);
  }

  @Test
  void encodingsDiffer() {
    String text = "مرحبا بالعالم";

    assertThat(TokenFamily.CL100K_BASE.count(text))
        .isGreaterThan(TokenFamily.O200K_BASE.count(text));
  }
}

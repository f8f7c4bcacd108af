package io.penstock.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class TokenCounterTest {
  private static final String[] SCRAPS = {
    "word",
    "Word",
    "WORD",
    "don't",
    "'s",
    "'",
    "12",
    "12345",
    " ",
    "  ",
    "\n",
    "\r\n",
    "\t",
    "\u00a0",
    "\u3000",
    ".",
    ",",
    "...",
    "(",
    "/",
    "//",
    "_",
    "$",
    "^",
    "`",
    "~",
    "\u2019",
    "\u2019s",
    "人工智能",
    "，",
    "。",
    "مرحبا",
    "\u0301",
    "\u0940",
    "नमस्ते",
    "é",
    "e\u0301",
    "ß",
    "😀",
    "👨‍👩‍👧",
    "½",
    "İ",
    "ǅ",
    "ʰ",
    "<|endoftext|>",
    "\u0000",
    "antidisestablishmentarianism",
    "a/b",
    "x_y",
    "don't",
    "I'LL",
    "'Re",
    "…",
    "—",
    "\u200b",
    "\u200d",
    "\u2028",
    "\u0085",
    "€5",
    "+",
    "=>",
    "№",
    "ⅷ"
  };

  @Test
  void countsAsO200k() {
    assertThat(TokenCounter.o200k().count("")).isZero();
    assertThat(TokenCounter.o200k().count("hello world")).isEqualTo(2);
  }

  @Test
  void spellingsOfSpecialTokensAreOrdinaryText() {
    assertThat(TokenCounter.o200k().count("<|endoftext|>")).isGreaterThan(1);
  }

  @Test
  void halfACharacterIsCounted() {
    assertThat(TokenCounter.o200k().count("a \ud83d b")).isEqualTo(3);
  }

  @Test
  void piecesMakeAsManyTokensAsTheWhole() {
    SplittableRandom random = new SplittableRandom(1);
    Encoding o200k = encoding(EncodingType.O200K_BASE);
    Encoding cl100k = encoding(EncodingType.CL100K_BASE);
    for (int i = 0; i < 20_000; i++) {
      String text = text(random);

      assertThat(TokenCounter.o200k().count(text))
          .as(text)
          .isEqualTo(o200k.countTokensOrdinary(text));
      assertThat(TokenCounter.cl100k().count(text))
          .as(text)
          .isEqualTo(cl100k.countTokensOrdinary(text));
    }
  }

  private static Encoding encoding(EncodingType type) {
    return Encodings.newLazyEncodingRegistry().getEncoding(type);
  }

  private static String text(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    int scraps = 1 + random.nextInt(12);
    for (int i = 0; i < scraps; i++) {
      text.append(SCRAPS[random.nextInt(SCRAPS.length)]);
      text.append(random.nextInt(3) == 0 ? " " : "");
    }
    return text.toString();
  }
}

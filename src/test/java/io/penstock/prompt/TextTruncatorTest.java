package io.penstock.prompt;

import static io.penstock.prompt.TextTruncator.MARK;
import static io.penstock.prompt.TextTruncator.cut;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.tokens.TokenCounter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.LongStream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TextTruncatorTest {
  private static final TokenCounter COUNTER = TokenCounter.o200k();

  /** A token each, with its blank. */
  private static String words(int count) {
    return "the" + " the".repeat(count - 1);
  }

  @Test
  void keepsTheBeginningAndMarksTheCutWithinTheLimit() {
    String kept = cut(words(2_000), 1_000).text();

    assertThat(COUNTER.count(kept)).isEqualTo(1_000);
    assertThat(kept).isEqualTo(words(1_000 - COUNTER.count(MARK)) + MARK);
  }

  @Test
  void aTextWithinTheLimitIsTheSameText() {
    String text = words(1_000);

    assertThat(cut(text, 1_000).text()).isSameAs(text);
    assertThat(cut(text, 1_000).tokensSaved()).isZero();
    assertThat(cut("", 1).text()).isEmpty();
  }

  @Test
  void theTokensSavedAreCounted() {
    assertThat(cut(words(2_000), 1_000).tokensSaved()).isEqualTo(1_000);
  }

  @Test
  void onLongTextsTheyAreEstimated() {
    assertThat(cut(words(100_000), 1_000).tokensSaved())
        .isCloseTo(99_000, Assertions.withinPercentage(1));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 7, 12, 40})
  void anyTextIsCutToAWholeBeginningWithinTheLimit(int limit) {
    LongStream.range(0, 400)
        .mapToObj(RandomTexts::of)
        .forEach(text -> assertWellCut(text, cut(text, limit).text(), limit));
  }

  private static void assertWellCut(String text, String kept, int limit) {
    int tokens = COUNTER.count(text);
    assertThat(COUNTER.count(kept)).as(text).isLessThanOrEqualTo(limit);
    if (tokens <= limit) {
      assertThat(kept).isSameAs(text);
      return;
    }
    boolean marked = kept.endsWith(MARK);
    assertThat(marked).isEqualTo(limit > COUNTER.count(MARK));
    String head = marked ? kept.substring(0, kept.length() - MARK.length()) : kept;
    assertThat(text).startsWith(head);
    assertThat(new String(kept.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
        .as("no half of a code point")
        .isEqualTo(kept);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67", "𠜎𠜱𠝹", "중국어", "नमस्ते"})
  void scriptsOfSeveralTokensACharacterAreCutBetweenCharacters(String piece) {
    String text = piece.repeat(50);

    for (int limit = 1; limit < 40; limit++) {
      assertWellCut(text, cut(text, limit).text(), limit);
    }
  }

  @Test
  void aLoneSurrogateDoesNotEndTheText() {
    String text = "a \uD83D b " + words(50);

    assertThat(cut(text, 20).text()).startsWith("a \uD83D b the the").endsWith(MARK);
  }

  @Test
  void ofABookOnlyTheBeginningIsEncoded() {
    String book = words(20_000_000);

    Assertions.assertThatCode(() -> cut(book, 100)).doesNotThrowAnyException();
    org.junit.jupiter.api.Assertions.assertTimeout(
        Duration.ofMillis(500), () -> cut(book, 100)); // all of it takes seconds
  }
}

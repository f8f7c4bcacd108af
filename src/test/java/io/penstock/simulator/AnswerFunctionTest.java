package io.penstock.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.simulator.AnswerFunction.Answer;
import io.penstock.tokens.TokenCounter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerFunctionTest {
  private static final String MODEL = "sim-small";
  private static final int DRAWS = 20_000;
  private final AnswerFunction answers = new AnswerFunction(7, Map.of(MODEL, 0.7));

  private static Answer ask(AnswerFunction answers, String model, String message, int number) {
    byte[] request = (message + number).getBytes(StandardCharsets.UTF_8);
    return answers.answer(model, message, request, Long.MAX_VALUE);
  }

  @Test
  void everyWordIsOneToken() {
    assertThat(AnswerFunction.WORDS)
        .doesNotHaveDuplicates()
        .allSatisfy(word -> assertThat(TokenCounter.o200k().count(" " + word)).isEqualTo(1));
  }

  @Test
  void tokensAreWhatTheTokenizerCounts() {
    for (int i = 0; i < 500; i++) {
      Answer answer = ask(answers, MODEL, i % 2 == 0 ? "Hello" : i + " - 977", i);

      assertThat(TokenCounter.o200k().count(answer.text())).isEqualTo(answer.outputTokens());
      assertThat(answer.truncated()).isFalse();
    }
  }

  @Test
  void tokensAreExactAtEveryLimit() {
    byte[] request = {1};
    int whole = answers.answer(MODEL, "999999 * 999999", request, Long.MAX_VALUE).outputTokens();
    for (int limit = 1; limit <= whole; limit++) {
      Answer answer = answers.answer(MODEL, "999999 * 999999", request, limit);

      assertThat(answer.outputTokens()).isBetween(1, limit);
      assertThat(TokenCounter.o200k().count(answer.text())).isEqualTo(answer.outputTokens());
      assertThat(answer.truncated()).isEqualTo(limit < whole);
    }
  }

  @Test
  void lengthIsLognormalWhateverThePrompt() {
    int[] lengths =
        IntStream.range(0, DRAWS)
            .map(
                i ->
                    ask(answers, MODEL, i % 2 == 0 ? "short" : "long ".repeat(50), i)
                        .outputTokens())
            .sorted()
            .toArray();

    assertThat(lengths[DRAWS / 2]).isBetween(57, 63);
    assertThat(lengths[DRAWS * 99 / 100]).isBetween(360, 440);
  }

  @Test
  void seedAndRequestDecideTheAnswer() {
    AnswerFunction sameSeed = new AnswerFunction(7, Map.of());
    AnswerFunction otherSeed = new AnswerFunction(8, Map.of());

    Answer answer = ask(answers, MODEL, "Hello", 1);

    assertThat(ask(sameSeed, MODEL, "Hello", 1)).isEqualTo(answer);
    assertThat(ask(otherSeed, MODEL, "Hello", 1).outputTokens())
        .isNotEqualTo(answer.outputTokens());
    assertThat(ask(sameSeed, MODEL, "Hello", 2).text()).isNotEqualTo(answer.text());
  }

  @Test
  void tagIsTheBeginningOfTheHashOfTheLastUserMessage() {
    // printf abc | sha256sum: ba7816bf8f01cfea...
    assertThat(AnswerFunction.tagFor("abc")).isEqualTo("[ba7816bf8f01]");
    assertThat(ask(answers, MODEL, "abc", 1).text()).startsWith("[ba7816bf8f01] ");
  }

  @ParameterizedTest
  @CsvSource({
    "What is 12 + 30?, 42",
    "7-9, -2",
    "20 − 5 apples, 15",
    "6 × 7, 42",
    "6*7 or 1+1, 42",
    "999999x999999, 999998000001",
  })
  void sumsAreRightWhereTheAccuracyIsOne(String message, String result) {
    Answer answer = ask(answers, "other-model", message, 1);

    assertThat(answer.text().split(" ")[1]).isEqualTo(result);
  }

  @Test
  void accuracyIsTheShareOfRightSums() {
    long right =
        IntStream.range(0, DRAWS)
            .filter(i -> ask(answers, MODEL, "40 + 2", i).text().split(" ")[1].equals("42"))
            .count();

    assertThat(right / (double) DRAWS).isBetween(0.69, 0.71);
  }
}

package io.penstock.prompt;

import static io.penstock.prompt.WhitespaceCollapser.collapse;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WhitespaceCollapserTest {
  private static final long TEXTS = 3_000;

  /**
   * {@code ->} parts before and after; {@code _} is a blank, {@code T} a tab, {@code N}, {@code R}
   * breaks.
   */
  private static String written(String text) {
    return text.replace('_', ' ').replace('T', '\t').replace('N', '\n').replace('R', '\r');
  }

  @ParameterizedTest
  @CsvSource({
    "a__b, a_b",
    "aT_Tb, a_b",
    "aTb, a_b",
    "a_b, a_b",
    "a__, a",
    "a_TN__b, aN__b",
    "__a__b, __a_b",
    "T_a, T_a",
    "aNNNNb, aNNb",
    "aNNb, aNNb",
    "aN__N_TNb, aNNb",
    "NNNa, NNa",
    "aNNN, aNN",
    "aRNRNRNb, aRNRNb",
    "aRRRb, aRRb",
    "aRNNb, aRNNb",
    "___, ''",
    "'', ''",
    "a\u00A0\u00A0b, a\u00A0\u00A0b",
    "a\u3000\u3000b, a\u3000\u3000b"
  })
  void whiteSpaceThatSaysNothingGoes(String before, String after) {
    assertThat(collapse(written(before))).isEqualTo(written(after));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "```N a__b_NNNNc__N```",
        "```pythonNa__bN```",
        "~~~N__a__b_N~~~",
        "````N```Na__bN````",
        "~~~N```Na__bN~~~",
        "```Na__bNNNNrest__of__it_",
        "__```Na__bN__```",
        "-_```N__a__bN__```",
        "1._```N___a__bN___```",
        ">_```N>_a__bN>_```",
        "```N____```Na__bN```",
        "~~~`N`a__bN~~~"
      })
  void nothingChangesInCodeFences(String text) {
    assertThat(collapse(written(text))).isEqualTo(written(text));
  }

  @ParameterizedTest
  @CsvSource({
    "x__yN```Na__bN```Nx__y, x_yN```Na__bN```Nx_y",
    "```Na__bN```_NNNNx__y, ```Na__bN```_NNx_y",
    "a__```b__c```, a_```b_c```",
    "```a__b```Nx__y, ```a_b```Nx_y",
    "``Na__bN``, ``Na_bN``",
    "NNNN```Na__b, NN```Na__b"
  })
  void whatIsNoFenceOrStandsOutsideIsCollapsed(String before, String after) {
    assertThat(collapse(written(before))).isEqualTo(written(after));
  }

  @Test
  void indentedCodeWithoutFencesKeepsItsIndentation() {
    String code = "def f(x):\n    if x:\n\treturn  1\n\n\n\n    return 2   \n";

    assertThat(collapse(code)).isEqualTo("def f(x):\n    if x:\n\treturn 1\n\n    return 2\n");
  }

  @Test
  void whatNeedsNoChangeIsTheSameText() {
    String text = "One line.\n\n  Another, with \uD83D\uDE00.\n";

    assertThat(collapse(text)).isSameAs(text);
  }

  @Test
  void onlyWhiteSpaceIsTakenOutOfAnyText() {
    LongStream.range(0, TEXTS)
        .mapToObj(RandomTexts::of)
        .forEach(
            text ->
                assertThat(collapse(text).replaceAll("[ \t\r\n]", ""))
                    .isEqualTo(text.replaceAll("[ \t\r\n]", "")));
  }

  @Test
  void twiceIsAsOnceAndNeverLonger() {
    LongStream.range(0, TEXTS)
        .mapToObj(RandomTexts::of)
        .forEach(
            text -> {
              String once = collapse(text);
              assertThat(collapse(once)).isEqualTo(once);
              assertThat(once.length()).isLessThanOrEqualTo(text.length());
            });
  }

  @Test
  void outsideFencesNoRunIsLeft() {
    Pattern run = Pattern.compile("[^\\s][ \t]{2,}[^\\s]|[ \t]+(\r|\n|\\z)|(\r\n|\n|\r(?!\n)){3,}");
    List<String> left = new ArrayList<>();
    LongStream.range(0, TEXTS)
        .mapToObj(seed -> RandomTexts.of(seed).replaceAll("[`~]", ""))
        .map(WhitespaceCollapser::collapse)
        .filter(text -> run.matcher(text).find())
        .forEach(left::add);

    assertThat(left).isEmpty();
  }

  @Test
  void aLineOfManyMarksIsNoTrouble() {
    String text = "- ".repeat(100_000) + "```\na  b";

    assertThat(collapse(text)).startsWith("- - ");
  }
}

package io.penstock.pipeline;

import static io.penstock.pipeline.SparkAssert.assertSameRows;
import static io.penstock.pipeline.SparkForTests.sql;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.Message;
import io.penstock.pipeline.ContextGuard.Window;
import io.penstock.tokens.TokenFamily;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ContextGuardTest {
  @TempDir Path folder;

  /** A token each. */
  private static List<Message> words(int count) {
    return List.of(new Message(Message.USER, "the" + " the".repeat(count - 1)));
  }

  private static @Nullable String judged(
      TokenFamily family, @Nullable Integer maxOutputTokens, List<Message> messages) {
    return new Window("tiny", 1_000, maxOutputTokens, family).tooLong(messages);
  }

  @Test
  void countsExactlyWithOpenAisEncodings() {
    assertThat(judged(TokenFamily.O200K_BASE, 100, words(900))).isNull();
    assertThat(judged(TokenFamily.O200K_BASE, 100, words(901)))
        .isEqualTo(
            "the prompt has 901 tokens and max_output_tokens is 100: together more than the context"
                + " window of tiny: 1,000 tokens");
    assertThat(judged(TokenFamily.CL100K_BASE, null, words(1_000))).isNull();
    assertThat(judged(TokenFamily.CL100K_BASE, null, words(1_001)))
        .isEqualTo(
            "the prompt has 1,001 tokens, more than the context window of tiny: 1,000 tokens");
  }

  @Test
  void ofOtherFamiliesOnlyWhatIsCertainIsHeldBack() {
    assertThat(judged(TokenFamily.ANTHROPIC, 100, words(2_000))).isNull();
    assertThat(judged(TokenFamily.ANTHROPIC, 100, words(2_002)))
        .isEqualTo(
            "the prompt has at least 1,001 tokens, more than the context window of tiny: 1,000"
                + " tokens");
  }

  @Test
  void allMessagesCountTogether() {
    Message half = words(501).get(0);

    assertThat(judged(TokenFamily.O200K_BASE, null, List.of(half))).isNull();
    assertThat(judged(TokenFamily.O200K_BASE, null, List.of(half, half))).contains("1,002");
  }

  @Test
  void aPromptOfNoMoreBytesThanTheWindowIsNotCounted() {
    assertThat(judged(TokenFamily.O200K_BASE, null, words(250))).isNull();
    assertThat(
            judged(
                TokenFamily.O200K_BASE, null, List.of(new Message(Message.USER, "ü".repeat(500)))))
        .isNull();
  }

  @Test
  void aPromptThatDoesNotFitHasItsReasonAndNoRequest() {
    Dataset<Row> routed =
        LinkedRows.routed(sql("select * from values (1, 'a'), (2, 'b'), (3, null) as t(id, text)"))
            .withColumn(
                ContextGuard.TOO_LONG,
                org.apache.spark.sql.functions.expr("if(text = 'b', 'too long', null)"));

    Dataset<Row> rows =
        new LinkStage(LinkedRows.FINGERPRINTERS, Sampling.PLAIN, folder + "/rows")
            .apply(routed, List.of("id", "text"));

    assertSameRows(
        sql(
            "select * from values (1, true, true, null, null),"
                + " (2, false, true, 'CONTEXT_TOO_LONG', 'too long'),"
                + " (3, false, false, 'INVALID_REQUEST', 'column text is null')"
                + " as t(id, linked, has_messages, error_kind, error_message)"),
        rows.selectExpr(
            "input.id",
            "fingerprint is not null as linked",
            "messages is not null as has_messages",
            "error_kind",
            "error_message"));
  }
}

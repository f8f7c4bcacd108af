package io.penstock.pipeline;

import static io.penstock.pipeline.SparkAssert.assertSameRows;
import static io.penstock.pipeline.SparkForTests.session;
import static io.penstock.pipeline.SparkForTests.sql;
import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LinkStageTest {
  @TempDir Path folder;

  @Test
  void rowIdsAreUniqueOverAllPartitions() {
    Dataset<Row> rows =
        LinkedRows.of(folder, sql("select concat('q', id % 9) as text from range(0, 200, 1, 7)"));

    assertSameRows(
        sql("select 200L as rows, 200L as ids, 9L as requests"),
        rows.selectExpr(
            "count(*) as rows",
            "count(distinct row_id) as ids",
            "count(distinct fingerprint) as requests"));
  }

  @Test
  void theFingerprintIsOfTheModelAndItsMessages() {
    Dataset<Row> rows =
        LinkedRows.of(
            folder, sql("select * from values (1, 'a'), (2, 'La'), (3, 'a') as t(id, text)"));

    String small = LinkedRows.fingerprint("a").toString();
    String large = LinkedRows.fingerprint("La").toString();
    assertSameRows(
        sql(
            String.format(
                "select * from values (1, 'small', '%s'), (2, 'large', '%s'), (3, 'small', '%s')"
                    + " as t(id, model_name, fingerprint)",
                small, large, small)),
        rows.selectExpr(
            "input.id", "model_name", "concat('v1-', lower(hex(fingerprint))) as fingerprint"));
  }

  @Test
  void modelsOfOneRequestHaveDifferentFingerprints() {
    Dataset<Row> input = sql("select * from values (1, 'same'), (2, 'same') as t(id, text)");
    Dataset<Row> routed = LinkedRows.routed(input).withColumn(RouteStage.MODEL, functionOfId());

    Dataset<Row> rows =
        new LinkStage(LinkedRows.FINGERPRINTERS, folder + "/rows")
            .apply(routed, List.of("id", "text"));

    assertThat(rows.select("fingerprint").distinct().count()).isEqualTo(2);
  }

  private static Column functionOfId() {
    return expr("if(id = 1, 'small', 'large')");
  }

  @Test
  void aRowWithoutPromptHasAnErrorAndNoFingerprint() {
    Dataset<Row> rows =
        LinkedRows.of(
            folder, sql("select * from values (1, 'a'), (2, null), (3, ' ') as t(id, text)"));

    assertSameRows(
        sql(
            "select * from values (1, true, true, null, null),"
                + " (2, false, false, 'INVALID_REQUEST', 'column text is null'),"
                + " (3, false, false, 'INVALID_REQUEST', 'the prompt is empty')"
                + " as t(id, linked, has_messages, error_kind, error_message)"),
        rows.selectExpr(
            "input.id",
            "fingerprint is not null as linked",
            "messages is not null as has_messages",
            "error_kind",
            "error_message"));
  }

  @Test
  void whatIsPinnedStaysWhateverHappensToTheInput() throws IOException {
    Path file =
        Files.writeString(folder.resolve("in.jsonl"), "{\"text\":\"a\"}\n{\"text\":\"b\"}\n");
    Dataset<Row> rows = LinkedRows.of(folder, session().read().json(file.toString()));
    Files.writeString(file, "{\"text\":\"changed\"}\n");

    assertSameRows(
        sql("select * from values ('a', 'a'), ('b', 'b') as t(text, prompt)"),
        rows.selectExpr("input.text", "messages[0].content as prompt"));
    Files.delete(file);
    assertThat(rows.count()).isEqualTo(2);
  }

  @Test
  void theInputsColumnsStandInTheirOrderWhateverTheirNames() {
    Dataset<Row> input =
        sql(
            "select 1 as row_id, 'x' as text, array(1, null) as `a.b c`, 2 as messages, 3 as input");

    Dataset<Row> rows = LinkedRows.of(folder, input);

    assertThat(rows.columns())
        .containsExactly(
            "row_id",
            "input",
            "model_name",
            "messages",
            "fingerprint",
            "error_kind",
            "error_message",
            "truncated_columns",
            "tokens_saved",
            "route");
    assertSameRows(input, rows.select("input.*"));
  }

  /** Such a column is allowed where output.prefix renames ours. */
  @Test
  void anInputsOwnColumnOfModelNamesIsKept() {
    Dataset<Row> input = sql("select 'theirs' as model_name, 'x' as text");

    Dataset<Row> rows = LinkedRows.of(folder, input);

    assertSameRows(input, rows.select("input.*"));
  }

  @Test
  void noRowsAreNoError() {
    Dataset<Row> rows = LinkedRows.of(folder, sql("select 1 as id, 'x' as text where false"));

    assertThat(rows.isEmpty()).isTrue();
    assertThat(rows.select("input.*").columns()).containsExactly("id", "text");
  }
}

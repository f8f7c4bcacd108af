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
        new LinkStage(LinkedRows.FINGERPRINTERS, Sampling.PLAIN, folder + "/rows")
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
            "route",
            "request_index",
            "sample_index");
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

  private Dataset<Row> sampled(String query, Sampling sampling) {
    return LinkedRows.of(folder, sql(query), sampling);
  }

  @Test
  void eachSampleIsARowWithARequestOfItsOwn() {
    Dataset<Row> rows =
        sampled(
            "select * from values ('a'), ('b'), ('a'), (null) as t(text)",
            new Sampling(3, true, null));

    assertSameRows(
        sql(
            "select text, cast(i as int) as sample_index, i as request_index"
                + " from values ('a'), ('b'), ('a'), (null) as t(text), range(3) as r(i)"),
        rows.selectExpr("input.text", "sample_index", "request_index"));
    assertSameRows(
        sql("select 12L as ids, 6L as requests"),
        rows.selectExpr(
            "count(distinct row_id) as ids", "count(distinct fingerprint) as requests"));
  }

  @Test
  void theFirstSampleIsTheRequestItself() {
    Dataset<Row> rows = sampled("select 'a' as text", new Sampling(2, true, null));

    assertSameRows(
        sql(String.format("select '%s' as fingerprint", LinkedRows.fingerprint("a"))),
        rows.where("sample_index = 0")
            .selectExpr("concat('v1-', lower(hex(fingerprint))) as fingerprint"));
  }

  @Test
  void equalRowsAreNumberedWhereEachIsToBeCalled() {
    Dataset<Row> rows =
        sampled(
            "select concat('q', id % 2) as text from range(0, 6, 1, 3) union all select null",
            new Sampling(2, false, null));

    assertSameRows(
        sql(
            "select text, i as request_index from values ('q0'), ('q1') as t(text),"
                + " range(6) as r(i)"),
        rows.where("fingerprint is not null").selectExpr("input.text", "request_index"));
    assertSameRows(
        sql("select 14L as ids, 12L as requests, 7L as seconds"),
        rows.selectExpr(
            "count(distinct row_id) as ids",
            "count(distinct fingerprint) as requests",
            "sum(sample_index) as seconds"));
  }

  @Test
  void aLimitTakesTheFirstRowsByFingerprintWithAllTheirSamples() {
    String query = "select if(id < 3, null, concat('q', id)) as text, id from range(0, 40, 1, 4)";
    Dataset<Row> all = sampled(query, Sampling.PLAIN);
    List<String> first =
        SparkForTests.texts(
            all.where("fingerprint is not null").orderBy("fingerprint").limit(5), "input.text");

    Dataset<Row> rows = sampled5(query);

    assertThat(SparkForTests.texts(rows.where("sample_index = 0"), "input.text"))
        .containsExactlyInAnyOrderElementsOf(first);
    assertThat(rows.count()).isEqualTo(10);
  }

  private Dataset<Row> sampled5(String query) {
    return new LinkStage(LinkedRows.FINGERPRINTERS, new Sampling(2, true, 5L), folder + "/limited")
        .apply(LinkedRows.routed(sql(query)), List.of("text", "id"));
  }

  @Test
  void aLimitAboveTheRowsTakesAllOfThemAndThoseWithoutPromptLast() {
    String query = "select * from values (null), ('a') as t(text)";

    assertThat(sampled(query, new Sampling(1, true, 9L)).count()).isEqualTo(2);
    assertThat(
            new LinkStage(LinkedRows.FINGERPRINTERS, new Sampling(1, true, 1L), folder + "/one")
                .apply(LinkedRows.routed(sql(query)), List.of("text"))
                .first()
                .isNullAt(4))
        .isFalse();
  }
}

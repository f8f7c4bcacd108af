package io.penstock.pipeline;

import static io.penstock.pipeline.SparkAssert.assertSameRows;
import static io.penstock.pipeline.SparkForTests.sql;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.config.JobSpec.InputSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LoadStageTest {
  private static final Map<String, String> NONE = Map.of();

  @TempDir Path folder;
  private Path csv;

  @BeforeEach
  void writeInput() throws IOException {
    csv = file("in.csv", "id,text\n1,\"say \"\"hi\"\"\ntwice, please\"\n2,plain\n3,\n");
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static Dataset<Row> load(InputSpec input) {
    return new LoadStage(SparkForTests.session(), input, "", List.of()).apply();
  }

  private InputSpec csv(Map<String, String> options, Map<String, String> columns, String where) {
    return new InputSpec(csv.toString(), null, "csv", options, null, columns, where);
  }

  private static InputSpec table(String name, Map<String, String> columns, String id) {
    return new InputSpec(null, name, "parquet", NONE, id, columns, null);
  }

  @Test
  void columnsNamedAsOnesOfOurOwnAreRefused() {
    assertThatThrownBy(() -> load(csv(NONE, Map.of("_Penstock_prompt", "1"), null)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("_Penstock_prompt has a name that Penstock uses itself");
  }

  @Test
  void csvHasAHeaderDoubledQuotesAndLineFeedsInQuotes() {
    Dataset<Row> rows = load(csv(NONE, NONE, null));

    assertSameRows(
        sql(
            "select * from values ('1', 'say \"hi\"\\ntwice, please'), ('2', 'plain'), ('3', null)"
                + " as t(id, text)"),
        rows);
  }

  @Test
  void theJobsOptionsGoOverOurs() throws IOException {
    csv = file("semicolons.csv", "1;a\n2;b\n");

    Dataset<Row> rows =
        load(csv(Map.of("HEADER", "false", "sep", ";", "inferSchema", "true"), NONE, null));

    assertSameRows(sql("select * from values (1, 'a'), (2, 'b') as t(_c0, _c1)"), rows);
  }

  @Test
  void columnsComeBehindTheInputsInTheirOrder() {
    Map<String, String> columns = new LinkedHashMap<>();
    columns.put("z", "upper(text)");
    columns.put("a b", "cast(id as int) * 10");

    Dataset<Row> rows = load(csv(NONE, columns, "id = 2"));

    assertSameRows(sql("select '2' as id, 'plain' as text, 'PLAIN' as z, 20 as `a b`"), rows);
  }

  @Test
  void theConditionSeesAddedColumnsAndDropsRowsWhereItIsNull() {
    Dataset<Row> rows = load(csv(NONE, Map.of("size", "length(text)"), "size > 1"));

    assertSameRows(
        sql("select * from values ('1', 22), ('2', 5) as t(id, size)"), rows.select("id", "size"));
  }

  @Test
  void aFolderOfParquetFilesIsReadWhole() {
    Path parquet = folder.resolve("parquet");
    Dataset<Row> written = sql("select id, struct(id as x) as s from range(0, 20, 1, 3)");
    written.write().parquet(parquet.toString());

    Dataset<Row> rows =
        load(new InputSpec(parquet.toString(), null, "parquet", NONE, "id", NONE, null));

    assertSameRows(written, rows);
  }

  @Test
  void readsATable() {
    sql("select 7 as id, 'x' as text").createOrReplaceTempView("load_stage_table");

    Dataset<Row> rows = load(table("load_stage_table", Map.of("twice", "id * 2"), "id"));

    assertSameRows(sql("select 7 as id, 'x' as text, 14 as twice"), rows);
  }

  @Test
  void namesTheTableThatIsNotThere() {
    assertThatThrownBy(() -> load(table("no_such.table_here", NONE, null)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("input.table no_such.table_here");
  }

  @Test
  void theIdColumnIsLookedForByItsExactName() {
    sql("select 7 as Id").createOrReplaceTempView("load_stage_id");

    assertThatThrownBy(() -> load(table("load_stage_id", NONE, "id")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("input.id: the input has no column 'id'; did you mean 'Id'?");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nope(", "missing + 1", "rand()", "sum(cast(id as int))", "id, text"})
  void anExpressionThatCannotBeAColumnIsToldByItsKey(String sql) {
    assertThatThrownBy(() -> load(csv(NONE, Map.of("x", sql), null)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("input.columns.x: ");
  }

  @Test
  void columnsWhoseNamesDifferInLetterCaseOnlyAreRefused() {
    Map<String, String> columns = new LinkedHashMap<>();
    columns.put("size", "length(text)");
    columns.put("Size", "length(id)");

    assertThatThrownBy(() -> load(csv(NONE, columns, null)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("input.columns");
  }

  @ParameterizedTest
  @ValueSource(strings = {"text", "id = (", "missing = 1", "uuid() = text", "count(*) > 1"})
  void aConditionThatCannotBeOneIsToldByItsKey(String sql) {
    assertThatThrownBy(() -> load(csv(NONE, NONE, sql)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("input.where: ");
  }

  @Test
  void aConditionThatNoRowMeetsKeepsTheColumns() {
    Dataset<Row> rows = load(csv(NONE, NONE, "id > 99"));

    assertThat(rows.columns()).containsExactly("id", "text");
    assertThat(rows.isEmpty()).isTrue();
  }
}

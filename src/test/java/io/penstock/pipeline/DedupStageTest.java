package io.penstock.pipeline;

import static io.penstock.pipeline.SparkAssert.assertSameRows;
import static io.penstock.pipeline.SparkForTests.sql;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.pipeline.DedupStage.Deduped;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DedupStageTest {
  private static final Sampling THREE_EACH = new Sampling(3, true, null);

  @TempDir Path folder;

  private Deduped dedup(Dataset<Row> rows) throws IOException, InterruptedException {
    return LinkedRows.found(folder, rows, null).deduped();
  }

  @Test
  void countsRowsAndRequests() throws IOException, InterruptedException {
    Dataset<Row> rows =
        LinkedRows.of(
            folder,
            sql(
                "select * from values ('a'), ('b'), ('a'), (null), ('a'), (''), ('La') as t(text)"));

    Deduped deduped = dedup(rows);

    assertThat(deduped.rows()).isEqualTo(7);
    assertThat(deduped.invalid()).isEqualTo(2);
    assertThat(deduped.distinct()).isEqualTo(3);
    assertThat(deduped.duplicates()).isEqualTo(2);
  }

  @Test
  void eachRequestBelongsToItsFirstRow() throws IOException, InterruptedException {
    Dataset<Row> rows =
        LinkedRows.of(
            folder, sql("select id, concat('q', id % 5) as text from range(0, 40, 1, 3)"));

    Deduped deduped = dedup(rows);

    assertSameRows(
        sql("select id, concat('q', id) as text from range(5)"),
        deduped.unique().join(rows, "row_id").select("input.*"));
  }

  @Test
  void rowsWithoutAnyPromptAreNoRequests() throws IOException, InterruptedException {
    Deduped deduped = dedup(LinkedRows.of(folder, sql("select '' as text from range(3)")));

    assertThat(deduped.invalid()).isEqualTo(3);
    assertThat(deduped.distinct()).isZero();
    assertThat(deduped.duplicates()).isZero();
    assertThat(deduped.unique().isEmpty()).isTrue();
  }

  @Test
  void noRowsAreNoRequests() throws IOException, InterruptedException {
    Deduped deduped = dedup(LinkedRows.of(folder, sql("select 'x' as text where false")));

    assertThat(deduped.rows()).isZero();
    assertThat(deduped.unique().columns()).containsExactly("fingerprint", "row_id");
  }

  @Test
  void idsThatAreNullAreCounted() {
    Dataset<Row> input =
        sql("select * from values (1, 'a'), (null, 'b'), (null, 'c') as t(id, text)");

    assertThatThrownBy(() -> dedupById(input, "id"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("input.id: column id is null in 2 rows");
  }

  @Test
  void theFirstFiveIdsThatRepeatAreNamed() {
    Dataset<Row> input = sql("select id % 7 as `my.id`, 'x' as text from range(21)");

    assertThatThrownBy(() -> dedupById(input, "my.id"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageEndingWith("0 (3 times), 1 (3 times), 2 (3 times), 3 (3 times), 4 (3 times)");
  }

  @Test
  void idsAreNoRequests() throws IOException, InterruptedException {
    Deduped deduped = dedupById(sql("select id, concat('q', id % 5) as text from range(40)"), "id");

    assertThat(deduped.counts()).isEqualTo(new OpenRun.Pinned(40, 0, 5));
    assertThat(deduped.unique().count()).isEqualTo(5);
  }

  @Test
  void theSamplesOfARowShareItsId() throws IOException, InterruptedException {
    Dataset<Row> rows =
        LinkedRows.of(folder, sql("select id, concat('q', id) as text from range(9)"), THREE_EACH);

    Deduped deduped = LinkedRows.found(folder, rows, "id").deduped();

    assertThat(deduped.counts()).isEqualTo(new OpenRun.Pinned(27, 0, 27));
  }

  @Test
  void idsThatRepeatAreCountedByRowAndNotBySample() {
    Dataset<Row> rows =
        LinkedRows.of(
            folder, sql("select id % 8 as id, concat('q', id) as text from range(9)"), THREE_EACH);

    assertThatThrownBy(() -> LinkedRows.found(folder, rows, "id"))
        .hasMessageEndingWith(": 0 (2 times)");
  }

  private Deduped dedupById(Dataset<Row> input, String idColumn)
      throws IOException, InterruptedException {
    return LinkedRows.found(folder, LinkedRows.of(folder, input), idColumn).deduped();
  }
}

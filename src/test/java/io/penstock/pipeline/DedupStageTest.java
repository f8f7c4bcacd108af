package io.penstock.pipeline;

import static io.penstock.pipeline.SparkAssert.assertSameRows;
import static io.penstock.pipeline.SparkForTests.sql;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pipeline.DedupStage.Deduped;
import java.nio.file.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DedupStageTest {
  @TempDir Path folder;

  private Deduped dedup(Dataset<Row> rows) {
    return new DedupStage(folder.resolve("requests").toString()).apply(rows);
  }

  @Test
  void countsRowsAndRequests() {
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
  void eachRequestBelongsToItsFirstRow() {
    Dataset<Row> rows =
        LinkedRows.of(
            folder, sql("select id, concat('q', id % 5) as text from range(0, 40, 1, 3)"));

    Deduped deduped = dedup(rows);

    assertSameRows(
        sql("select id, concat('q', id) as text from range(5)"),
        deduped.unique().join(rows, "row_id").select("input.*"));
  }

  @Test
  void rowsWithoutAnyPromptAreNoRequests() {
    Deduped deduped = dedup(LinkedRows.of(folder, sql("select '' as text from range(3)")));

    assertThat(deduped.invalid()).isEqualTo(3);
    assertThat(deduped.distinct()).isZero();
    assertThat(deduped.duplicates()).isZero();
    assertThat(deduped.unique().isEmpty()).isTrue();
  }

  @Test
  void noRowsAreNoRequests() {
    Deduped deduped = dedup(LinkedRows.of(folder, sql("select 'x' as text where false")));

    assertThat(deduped.rows()).isZero();
    assertThat(deduped.unique().columns()).containsExactly("fingerprint", "row_id");
  }
}

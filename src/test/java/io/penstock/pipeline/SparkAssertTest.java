package io.penstock.pipeline;

import static io.penstock.pipeline.SparkAssert.assertSameRows;
import static io.penstock.pipeline.SparkAssert.assertSameSequence;
import static io.penstock.pipeline.SparkForTests.sql;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** The assertions of the stage tests do fail. */
final class SparkAssertTest {
  private final Dataset<Row> rows = sql("select * from values (1, 'a'), (2, null) as t(id, text)");

  @Test
  void orderCountsOnlyWhereItIsAskedFor() {
    Dataset<Row> turned = sql("select * from values (2, null), (1, 'a') as t(id, text)");

    assertSameRows(rows, turned);
    assertThatThrownBy(() -> assertSameSequence(rows, turned)).isInstanceOf(AssertionError.class);
  }

  @Test
  void anotherValueTypeOrNumberOfRowsFails() {
    for (String other :
        new String[] {
          "select * from values (1, 'a'), (2, 'b') as t(id, text)",
          "select * from values (1L, 'a'), (2L, null) as t(id, text)",
          "select * from values (1, 'a'), (2, null), (2, null) as t(id, text)"
        }) {
      assertThatThrownBy(() -> assertSameRows(rows, sql(other))).isInstanceOf(AssertionError.class);
    }
  }
}

package io.penstock.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;

import io.penstock.lake.Columns;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;

/** What is wrong with the ids of the input's rows, where something is. */
final class RowIds {
  /** Duplicate ids named in a message. */
  private static final int NAMED_IDS = 5;

  private RowIds() {}

  /**
   * Looks for the ids that repeat, unless some are null.
   *
   * @param rows of {@link LinkStage}
   */
  static InvalidInputException refused(Dataset<Row> rows, String idColumn, long nulls) {
    return new InvalidInputException(
        nulls > 0
            ? "input.id: column " + idColumn + " is null in " + nulls + " rows"
            : "input.id: values of column "
                + idColumn
                + " must not repeat; some that do: "
                + repeated(rows, idColumn));
  }

  private static String repeated(Dataset<Row> rows, String idColumn) {
    Column id = col(Columns.INPUT).getField(idColumn);
    List<Row> repeated =
        rows.where(col(Columns.SAMPLE_INDEX).equalTo(0))
            .groupBy(id.cast(DataTypes.StringType).as("id"))
            .agg(count(lit(1)).as("n"))
            .where(col("n").gt(1))
            .orderBy("id")
            .limit(NAMED_IDS)
            .collectAsList();
    return String.join(
        ", ",
        repeated.stream()
            .map(row -> row.getString(0) + " (" + row.getLong(1) + " times)")
            .toList());
  }
}

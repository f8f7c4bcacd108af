package io.penstock.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.monotonically_increasing_id;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.penstock.domain.FailureKind;
import io.penstock.lake.Columns;
import io.penstock.lake.RowCodec;
import io.penstock.prompt.Fingerprinter;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/**
 * Gives each row an id and the fingerprint of its request, and pins rows and links in the run
 * folder: whatever happens to the input later, the run goes by what is written here. This is the
 * one time that the input is read.
 */
final class LinkStage {
  /** Duplicate ids named in a message. */
  private static final int NAMED_IDS = 5;

  private final Map<String, Fingerprinter> fingerprinters;
  private final String rowsPath;
  private final @Nullable String idColumn;

  /**
   * @param fingerprinters by the job's name for the model
   * @param rowsPath where the rows are written
   * @param idColumn null: rows have no id of their own
   */
  LinkStage(Map<String, Fingerprinter> fingerprinters, String rowsPath, @Nullable String idColumn) {
    this.fingerprinters = Map.copyOf(fingerprinters);
    this.rowsPath = rowsPath;
    this.idColumn = idColumn;
  }

  /**
   * Columns: row_id, input (a struct of the input's columns), model_name, messages, fingerprint,
   * error_kind and error_message. Of a row without a prompt messages and fingerprint are null.
   *
   * @param inputColumns names of the input's columns, in order
   * @throws InvalidInputException when the input cannot be read, or ids are null or repeat
   */
  Dataset<Row> apply(Dataset<Row> routed, List<String> inputColumns) {
    Column prompt = col(RenderStage.PROMPT);
    Column messages = prompt.getField(Columns.MESSAGES);
    Column error = prompt.getField(Columns.ERROR_MESSAGE);
    Map<String, Fingerprinter> byModel = fingerprinters;
    UDF1<Row, byte[]> fingerprint =
        request ->
            request.isNullAt(1)
                ? null
                : byModel.get(request.getString(0)).of(RowCodec.messages(request, 1)).toBytes();
    Dataset<Row> linked =
        routed.select(
            monotonically_increasing_id().as(Columns.ROW_ID),
            struct(
                    inputColumns.stream()
                        .map(name -> col(Columns.quote(name)))
                        .toArray(Column[]::new))
                .as(Columns.INPUT),
            col(RouteStage.MODEL).as(Columns.MODEL_NAME),
            messages.as(Columns.MESSAGES),
            udf(fingerprint, DataTypes.BinaryType)
                .apply(struct(col(RouteStage.MODEL), messages))
                .as(Columns.FINGERPRINT),
            when(error.isNotNull(), lit(FailureKind.INVALID_REQUEST.name())).as(Columns.ERROR_KIND),
            error.as(Columns.ERROR_MESSAGE));
    Dataset<Row> rows = pin(linked);
    checkIds(rows);
    return rows;
  }

  private Dataset<Row> pin(Dataset<Row> linked) {
    try {
      linked.write().parquet(rowsPath);
    } catch (Exception e) { // Spark throws checked exceptions that Scala does not declare
      throw InvalidInputException.because(
          "The input could not be read to its end and written to the run folder", e);
    }
    return linked.sparkSession().read().parquet(rowsPath);
  }

  private void checkIds(Dataset<Row> rows) {
    if (idColumn == null) {
      return;
    }
    Column id = col(Columns.INPUT).getField(idColumn);
    long nulls = rows.where(id.isNull()).count();
    if (nulls > 0) {
      throw new InvalidInputException(
          "input.id: column " + idColumn + " is null in " + nulls + " rows");
    }
    List<Row> repeated =
        rows.groupBy(id.cast(DataTypes.StringType).as("id"))
            .agg(count(lit(1)).as("n"))
            .where(col("n").gt(1))
            .orderBy("id")
            .limit(NAMED_IDS)
            .collectAsList();
    if (!repeated.isEmpty()) {
      String named =
          String.join(
              ", ",
              repeated.stream()
                  .map(row -> row.getString(0) + " (" + row.getLong(1) + " times)")
                  .toList());
      throw new InvalidInputException(
          "input.id: values of column " + idColumn + " must not repeat; some that do: " + named);
    }
  }
}

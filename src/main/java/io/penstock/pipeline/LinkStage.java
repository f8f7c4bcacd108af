package io.penstock.pipeline;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.monotonically_increasing_id;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.penstock.domain.FailureKind;
import io.penstock.lake.Columns;
import io.penstock.lake.ParquetOptions;
import io.penstock.lake.RowCodec;
import io.penstock.prompt.Fingerprinter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;

/**
 * Gives each row an id and the fingerprint of its request, and pins rows and links in the run
 * folder: whatever happens to the input later, the run goes by what is written here. This is the
 * one time that the input is read.
 */
final class LinkStage {
  private static final List<String> DISTINCT =
      List.of(
          Columns.ROW_ID,
          Columns.FINGERPRINT,
          Columns.MESSAGES + ".list.element." + Columns.CONTENT);

  private final Map<String, Fingerprinter> fingerprinters;
  private final String rowsPath;

  /**
   * @param fingerprinters by the job's name for the model
   * @param rowsPath where the rows are written
   */
  LinkStage(Map<String, Fingerprinter> fingerprinters, String rowsPath) {
    this.fingerprinters = Map.copyOf(fingerprinters);
    this.rowsPath = rowsPath;
  }

  /**
   * Columns: row_id, input (a struct of the input's columns), model_name, messages, fingerprint,
   * error_kind, error_message, truncated_columns, tokens_saved and route. Of a row without a prompt
   * messages and fingerprint are null; of one whose prompt cannot fit its model the fingerprint is.
   *
   * @param inputColumns names of the input's columns, in order
   * @throws InvalidInputException when the input cannot be read
   */
  Dataset<Row> apply(Dataset<Row> routed, List<String> inputColumns) {
    Column prompt = col(RenderStage.PROMPT);
    Column messages = prompt.getField(Columns.MESSAGES);
    Column error = prompt.getField(Columns.ERROR_MESSAGE);
    Column tooLong = tooLong(routed);
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
                .apply(struct(col(RouteStage.MODEL), when(tooLong.isNull(), messages)))
                .as(Columns.FINGERPRINT),
            when(error.isNotNull(), lit(FailureKind.INVALID_REQUEST.name()))
                .when(tooLong.isNotNull(), lit(FailureKind.CONTEXT_TOO_LONG.name()))
                .as(Columns.ERROR_KIND),
            coalesce(error, tooLong).as(Columns.ERROR_MESSAGE),
            prompt.getField(Columns.TRUNCATED_COLUMNS).as(Columns.TRUNCATED_COLUMNS),
            prompt.getField(Columns.TOKENS_SAVED).as(Columns.TOKENS_SAVED),
            col(RouteStage.RULE).as(Columns.ROUTE));
    return pin(linked);
  }

  /** Of {@link ContextGuard}; a prompt that cannot fit has messages, but makes no request. */
  private static Column tooLong(Dataset<Row> routed) {
    return Arrays.asList(routed.columns()).contains(ContextGuard.TOO_LONG)
        ? col(ContextGuard.TOO_LONG)
        : lit(null).cast(DataTypes.StringType);
  }

  private Dataset<Row> pin(Dataset<Row> linked) {
    try {
      linked.write().options(ParquetOptions.distinct(DISTINCT)).parquet(rowsPath);
    } catch (Exception e) { // Spark throws checked exceptions that Scala does not declare
      throw InvalidInputException.because(
          "The input could not be read to its end and written to the run folder", e);
    }
    return linked.sparkSession().read().schema(linked.schema()).parquet(rowsPath);
  }
}

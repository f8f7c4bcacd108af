package io.penstock.pipeline;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.monotonically_increasing_id;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.sequence;
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
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.apache.spark.sql.types.DataTypes;

/**
 * Gives each row an id and the fingerprint of its request, and pins rows and links in the run
 * folder: whatever happens to the input later, the run goes by what is written here. This is the
 * one time that the input is read.
 *
 * <p>Where a job asks for several answers to a row, each is a row from here on.
 */
final class LinkStage {
  private static final List<String> DISTINCT =
      List.of(
          Columns.ROW_ID,
          Columns.FINGERPRINT,
          Columns.MESSAGES + ".list.element." + Columns.CONTENT);

  private final Map<String, Fingerprinter> fingerprinters;
  private final Sampling sampling;
  private final String rowsPath;

  /**
   * @param fingerprinters by the job's name for the model
   * @param rowsPath where the rows are written
   */
  LinkStage(Map<String, Fingerprinter> fingerprinters, Sampling sampling, String rowsPath) {
    this.fingerprinters = Map.copyOf(fingerprinters);
    this.sampling = sampling;
    this.rowsPath = rowsPath;
  }

  /**
   * Columns: row_id, input (a struct of the input's columns), model_name, messages, fingerprint,
   * error_kind, error_message, truncated_columns, tokens_saved, route, request_index and
   * sample_index. Of a row without a prompt messages and fingerprint are null; of one whose prompt
   * cannot fit its model the fingerprint is.
   *
   * @param inputColumns names of the input's columns, in order
   * @throws InvalidInputException when the input cannot be read
   */
  Dataset<Row> apply(Dataset<Row> routed, List<String> inputColumns) {
    Column prompt = col(RenderStage.PROMPT);
    Column messages = prompt.getField(Columns.MESSAGES);
    Column error = prompt.getField(Columns.ERROR_MESSAGE);
    Column tooLong = tooLong(routed);
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
            fingerprint(col(RouteStage.MODEL), when(tooLong.isNull(), messages), lit(0L))
                .as(Columns.FINGERPRINT),
            when(error.isNotNull(), lit(FailureKind.INVALID_REQUEST.name()))
                .when(tooLong.isNotNull(), lit(FailureKind.CONTEXT_TOO_LONG.name()))
                .as(Columns.ERROR_KIND),
            coalesce(error, tooLong).as(Columns.ERROR_MESSAGE),
            prompt.getField(Columns.TRUNCATED_COLUMNS).as(Columns.TRUNCATED_COLUMNS),
            prompt.getField(Columns.TOKENS_SAVED).as(Columns.TOKENS_SAVED),
            col(RouteStage.RULE).as(Columns.ROUTE),
            lit(0L).as(Columns.REQUEST_INDEX),
            lit(0).as(Columns.SAMPLE_INDEX));
    return pin(sampled(linked));
  }

  private Column fingerprint(Column model, Column messages, Column index) {
    Map<String, Fingerprinter> byModel = fingerprinters;
    UDF1<Row, byte[]> fingerprint =
        request ->
            request.isNullAt(1)
                ? null
                : byModel
                    .get(request.getString(0))
                    .of(RowCodec.messages(request, 1), request.getLong(2))
                    .toBytes();
    return udf(fingerprint, DataTypes.BinaryType).apply(struct(model, messages, index));
  }

  /** The rows that are taken, as often as they are asked for. */
  private Dataset<Row> sampled(Dataset<Row> linked) {
    Dataset<Row> rows = sampling.deduplicates() ? linked : numbered(linked);
    if (sampling.limit() != null) {
      rows =
          rows.orderBy(col(Columns.FINGERPRINT).asc_nulls_last(), col(Columns.ROW_ID))
              .limit(Math.toIntExact(sampling.limit()));
    }
    return sampling.perRow() == 1 ? rows : repeated(rows);
  }

  /**
   * The k-th of equal rows asks for the k-th answer: which row has which does not matter, so long
   * as another run asks for the same ones.
   */
  private Dataset<Row> numbered(Dataset<Row> linked) {
    Column messages = col(Columns.MESSAGES);
    Column unlikeOthers = when(messages.isNull(), col(Columns.ROW_ID));
    WindowSpec equals =
        Window.partitionBy(col(Columns.MODEL_NAME), messages, unlikeOthers).orderBy(Columns.ROW_ID);
    Column before = row_number().over(equals).minus(1);
    return fingerprinted(
        linked.withColumn(
            Columns.REQUEST_INDEX, before.cast(DataTypes.LongType).multiply(sampling.perRow())));
  }

  private Dataset<Row> repeated(Dataset<Row> rows) {
    return fingerprinted(
        rows.withColumn(Columns.SAMPLE_INDEX, explode(sequence(lit(0), lit(sampling.perRow() - 1))))
            .withColumn(
                Columns.REQUEST_INDEX, col(Columns.REQUEST_INDEX).plus(col(Columns.SAMPLE_INDEX)))
            .withColumn(Columns.ROW_ID, monotonically_increasing_id()));
  }

  private Dataset<Row> fingerprinted(Dataset<Row> rows) {
    Column sendable = when(col(Columns.ERROR_KIND).isNull(), col(Columns.MESSAGES));
    return rows.withColumn(
        Columns.FINGERPRINT,
        fingerprint(col(Columns.MODEL_NAME), sendable, col(Columns.REQUEST_INDEX)));
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

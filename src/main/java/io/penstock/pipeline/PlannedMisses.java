package io.penstock.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.penstock.domain.DeliveryMode;
import io.penstock.lake.Columns;
import io.penstock.pipeline.ShardStage.Shards;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * The requests that a plan is made of.
 *
 * @param batchPath folder of those that go into batches, in the layout of {@link ShardStage}; null:
 *     there are none
 * @param pending requests that are in batches already
 */
record PlannedMisses(Shards realtime, @Nullable String batchPath, long pending) {
  /** Of a request's line; messages are left out, which makes reading them cheap. */
  private static final StructType MISS =
      new StructType()
          .add(Columns.FINGERPRINT, DataTypes.StringType)
          .add(Columns.COUNTED_INPUT_TOKENS, DataTypes.LongType)
          .add(Columns.PROMPT_HASH, DataTypes.LongType)
          .add(Columns.ROUTE, DataTypes.IntegerType)
          .add(Columns.MODEL_NAME, DataTypes.StringType);

  static PlannedMisses inRealtime(Shards shards) {
    return new PlannedMisses(shards, null, 0);
  }

  /**
   * @param pending see the component
   */
  static PlannedMisses of(BatchWork work, long pending) {
    String batchPath = work.batch().requests() == 0 ? null : work.batch().path();
    return new PlannedMisses(work.realtime(), batchPath, pending);
  }

  boolean isEmpty() {
    return realtime.requests() == 0 && batchPath == null;
  }

  /**
   * One row for each request, without its messages: fingerprint (hex), counted_input_tokens,
   * prompt_hash, route, model_name and delivery. Of at least one request.
   */
  Dataset<Row> read(SparkSession spark) {
    List<Dataset<Row>> parts = new ArrayList<>();
    if (realtime.requests() > 0) {
      parts.add(read(spark, realtime.path(), DeliveryMode.REALTIME));
    }
    if (batchPath != null) {
      parts.add(read(spark, batchPath, DeliveryMode.BATCH));
    }
    return parts.stream().reduce(Dataset::union).orElseThrow();
  }

  private static Dataset<Row> read(SparkSession spark, String path, DeliveryMode mode) {
    Column[] columns = Arrays.stream(MISS.fieldNames()).map(functions::col).toArray(Column[]::new);
    return spark
        .read()
        .schema(MISS)
        .json(path)
        .select(columns)
        .select(col("*"), lit(mode.word()).as(Columns.DELIVERY));
  }
}

package io.penstock.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.hex;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.xxhash64;

import io.penstock.lake.Columns;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Writes the misses into the run folder as shards: {@code misses/shard=N/model_name=M/*.json}, one
 * request a line, the longest first. A request's shard is a function of its fingerprint, whatever
 * cluster runs it.
 */
final class ShardStage {
  /** Requests per shard to aim at. */
  private static final int REQUESTS_PER_SHARD = 64;

  private static final int MAX_SHARDS_PER_SLOT = 4;

  private static final String EXPECTED_LENGTH = "expected_length";

  private final String missesPath;
  private final int slots;

  /**
   * @param slots tasks that run at once
   */
  ShardStage(String missesPath, int slots) {
    this.missesPath = missesPath;
    this.slots = slots;
  }

  /**
   * @param path folder of the shards
   * @param count shards are numbered from 0; some may be empty
   * @param requests in all
   */
  record Shards(String path, int count, long requests) {}

  /**
   * @param lookup the misses, by row_id of the first row of each, and model_name where it is not
   *     the row's own
   * @param rows of {@link LinkStage}
   */
  Shards apply(StoreLookupStage.Lookup lookup, Dataset<Row> rows) {
    int shards = shardsFor(lookup.missCount(), slots);
    if (lookup.missCount() > 0) {
      requests(lookup.misses(), rows)
          .select(
              hex(col(Columns.FINGERPRINT)).as(Columns.FINGERPRINT),
              col(Columns.MESSAGES),
              expr("aggregate(messages, 0L, (sum, m) -> sum + length(m.content))")
                  .as(EXPECTED_LENGTH),
              pmod(xxhash64(col(Columns.FINGERPRINT)), lit(shards)).as(Columns.SHARD),
              col(Columns.MODEL_NAME))
          .repartition(col(Columns.SHARD))
          .sortWithinPartitions(
              col(Columns.SHARD), col(Columns.MODEL_NAME), col(EXPECTED_LENGTH).desc())
          .write()
          .partitionBy(Columns.SHARD, Columns.MODEL_NAME)
          .json(missesPath);
    }
    return new Shards(missesPath, shards, lookup.missCount());
  }

  private static Dataset<Row> requests(Dataset<Row> misses, Dataset<Row> rows) {
    boolean areOfRows = !List.of(misses.columns()).contains(Columns.MODEL_NAME);
    return areOfRows
        ? misses
            .select(Columns.ROW_ID)
            .join(rows.drop(Columns.INPUT), new String[] {Columns.ROW_ID})
        : misses.join(rows.select(Columns.ROW_ID, Columns.MESSAGES), new String[] {Columns.ROW_ID});
  }

  /** At least the slots, at most four times as many, in between one per 64 requests. */
  static int shardsFor(long requests, int slots) {
    long wanted = (requests + REQUESTS_PER_SHARD - 1) / REQUESTS_PER_SHARD;
    return (int) Math.max(slots, Math.min(wanted, (long) MAX_SHARDS_PER_SLOT * slots));
  }
}

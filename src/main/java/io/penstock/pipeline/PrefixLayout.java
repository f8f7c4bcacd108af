package io.penstock.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.xxhash64;

import io.penstock.lake.Columns;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;

/**
 * Deals requests to shards so that those that begin alike lie together, for the providers' prompt
 * caches. What prompts begin with is all their messages but the last.
 *
 * <p>The requests of each model are imagined in the order of a hash of their beginnings and cut
 * into equal parts. The driver sees counts of hashes only; a beginning that many requests share is
 * spread over as many shards as it fills, by the fingerprint.
 */
final class PrefixLayout {
  static final String PREFIX_HASH = "prefix_hash";

  private static final int LEAST_BUCKETS = 4_096;
  private static final int BUCKETS_PER_SHARD = 16;

  /** Part of a shard that stays whole; then no shard has more than so much above its share. */
  private static final double WHOLE = 0.25;

  private static final int DOUBLE_BITS = 53;

  private final int shards;
  private final int buckets;

  /** By model: how many requests lie in front of each bucket, and at the end all. */
  private final HashMap<String, long[]> starts = new HashMap<>();

  /** One small action. */
  PrefixLayout(Dataset<Row> misses, int shards) {
    this.shards = shards;
    this.buckets = Math.max(LEAST_BUCKETS, BUCKETS_PER_SHARD * shards);
    misses
        .groupBy(col(Columns.MODEL_NAME), bucket().as("bucket"))
        .count()
        .collectAsList()
        .forEach(
            group ->
                starts
                        .computeIfAbsent(group.getString(0), model -> new long[buckets + 1])[
                        (int) group.getLong(1) + 1] =
                    group.getLong(2));
    starts.values().forEach(PrefixLayout::sumUp);
  }

  private static void sumUp(long[] counts) {
    for (int i = 1; i < counts.length; i++) {
      counts[i] += counts[i - 1];
    }
  }

  static Column prefixHash() {
    return xxhash64(expr("slice(messages, 1, size(messages) - 1)"));
  }

  private Column bucket() {
    return pmod(prefixHash(), lit((long) buckets));
  }

  /** The number of a request's shard. */
  Column shard() {
    Map<String, long[]> byModel = starts;
    int count = shards;
    UDF1<Row, Integer> deal =
        row -> shard(byModel.get(row.getString(0)), (int) row.getLong(1), row.getLong(2), count);
    return udf(deal, DataTypes.IntegerType)
        .apply(struct(col(Columns.MODEL_NAME), bucket(), xxhash64(col(Columns.FINGERPRINT))));
  }

  /**
   * @param random of the request
   */
  private static int shard(long[] starts, int bucket, long random, int shards) {
    long size = starts[bucket + 1] - starts[bucket];
    long all = starts[starts.length - 1];
    boolean isWhole = size * (double) shards <= all * WHOLE;
    double within =
        isWhole ? 0.5 : (random >>> Long.SIZE - DOUBLE_BITS) / (double) (1L << DOUBLE_BITS);
    double place = (starts[bucket] + size * within) / all;
    return Math.min(shards - 1, (int) (place * shards));
  }
}

package io.penstock.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.hex;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.xxhash64;

import io.penstock.domain.Message;
import io.penstock.lake.Columns;
import io.penstock.lake.RowCodec;
import io.penstock.tokens.TokenFamily;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;

/**
 * Writes the misses into the run folder as shards: {@code misses/shard=N/model_name=M/*.json}, one
 * request a line with its tokens as counted here, the longest first. A request's shard is a
 * function of its fingerprint, whatever cluster runs it; or of what its prompt begins with, see
 * {@link #keepingPrefixesTogether}.
 */
final class ShardStage {
  /** Requests per shard to aim at. */
  private static final int REQUESTS_PER_SHARD = 64;

  private static final int MAX_SHARDS_PER_SLOT = 4;

  private final String missesPath;
  private final int slots;
  private final boolean byPrefix;
  private final Map<String, TokenFamily> families;

  /**
   * @param slots tasks that run at once
   * @param families how tokens are counted, by the job's name for the model
   */
  ShardStage(String missesPath, int slots, Map<String, TokenFamily> families) {
    this(missesPath, slots, families, false);
  }

  private ShardStage(
      String missesPath, int slots, Map<String, TokenFamily> families, boolean byPrefix) {
    this.missesPath = missesPath;
    this.slots = slots;
    this.families = Map.copyOf(families);
    this.byPrefix = byPrefix;
  }

  /** Requests that begin alike share a shard as far as that leaves shards even, and follow. */
  ShardStage keepingPrefixesTogether() {
    return new ShardStage(missesPath, slots, families, true);
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
      Dataset<Row> misses = requests(lookup.misses(), rows);
      misses
          .select(
              hex(col(Columns.FINGERPRINT)).as(Columns.FINGERPRINT),
              col(Columns.MESSAGES),
              countedInputTokens().as(Columns.COUNTED_INPUT_TOKENS),
              xxhash64(col(Columns.MESSAGES)).as(Columns.PROMPT_HASH),
              col(Columns.ROUTE),
              shard(misses, shards).as(Columns.SHARD),
              col(Columns.MODEL_NAME),
              (byPrefix ? PrefixLayout.prefixHash() : lit(null).cast(DataTypes.LongType))
                  .as(PrefixLayout.PREFIX_HASH))
          .repartition(col(Columns.SHARD))
          .sortWithinPartitions(
              col(Columns.SHARD),
              col(Columns.MODEL_NAME),
              col(PrefixLayout.PREFIX_HASH),
              col(Columns.COUNTED_INPUT_TOKENS).desc())
          .write()
          .partitionBy(Columns.SHARD, Columns.MODEL_NAME)
          .json(missesPath);
    }
    return new Shards(missesPath, shards, lookup.missCount());
  }

  private Column shard(Dataset<Row> misses, int shards) {
    return byPrefix
        ? new PrefixLayout(misses, shards).shard()
        : pmod(xxhash64(col(Columns.FINGERPRINT)), lit(shards));
  }

  private Column countedInputTokens() {
    Map<String, TokenFamily> byModel = families;
    UDF1<Row, Long> count =
        request ->
            byModel
                .getOrDefault(request.getString(0), TokenFamily.OTHER)
                .countMessages(
                    RowCodec.messages(request, 1).stream().map(Message::content).toList());
    return udf(count, DataTypes.LongType)
        .apply(struct(col(Columns.MODEL_NAME), col(Columns.MESSAGES)));
  }

  /**
   * @param misses of rows' first requests, or of later ones, which have a model of their own
   */
  private static Dataset<Row> requests(Dataset<Row> misses, Dataset<Row> rows) {
    boolean areOfRows = !List.of(misses.columns()).contains(Columns.MODEL_NAME);
    Dataset<Row> prompts = withRoute(rows).drop(Columns.INPUT);
    return areOfRows
        ? misses.select(Columns.ROW_ID).join(prompts, new String[] {Columns.ROW_ID})
        : misses.join(
            prompts.select(Columns.ROW_ID, Columns.MESSAGES, Columns.ROUTE),
            new String[] {Columns.ROW_ID});
  }

  /** Null where an earlier Penstock pinned the rows. */
  private static Dataset<Row> withRoute(Dataset<Row> rows) {
    return Arrays.asList(rows.columns()).contains(Columns.ROUTE)
        ? rows
        : rows.withColumn(Columns.ROUTE, lit(null).cast(DataTypes.IntegerType));
  }

  /** At least the slots, at most four times as many, in between one per 64 requests. */
  static int shardsFor(long requests, int slots) {
    long wanted = (requests + REQUESTS_PER_SHARD - 1) / REQUESTS_PER_SHARD;
    return (int) Math.max(slots, Math.min(wanted, (long) MAX_SHARDS_PER_SLOT * slots));
  }
}

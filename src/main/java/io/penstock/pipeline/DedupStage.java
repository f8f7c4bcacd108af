package io.penstock.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.penstock.lake.Columns;
import io.penstock.pipeline.MemberBlocks.Unpacking;
import io.penstock.pipeline.OpenRun.Pinned;
import io.penstock.store.CompletionStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Brings equal fingerprints together, those of the rows and those that the store holds, in one
 * shuffle of a few bytes each; hashes of the rows' own ids go along to be counted. Lazy.
 *
 * <p>Not Spark's own aggregation: at a million rows that took three times the processor time, most
 * of it for moving rows of 24 bytes as objects of their own.
 */
final class DedupStage {
  /** {@link #HELD_BEFORE}, {@link #BOUGHT_HERE}, or null for what the store does not hold. */
  static final String HELD = "held";

  static final int HELD_BEFORE = 1;
  static final int BOUGHT_HERE = 2;

  // counts
  static final String ROWS = "rows";
  static final String INVALID = "invalid";
  static final String DISTINCT = "distinct";
  static final String MISSES = "misses";

  /** Requests that the store held before the run. */
  static final String HITS = "hits";

  /** Requests of which the store holds more than one entry. */
  static final String HELD_AGAIN = "held_again";

  static final String REPEATED_IDS = "repeated_ids";
  static final String NULL_IDS = "null_ids";

  static final List<String> COUNTS =
      List.of(ROWS, INVALID, DISTINCT, MISSES, HITS, HELD_AGAIN, REPEATED_IDS, NULL_IDS);

  /**
   * A row per request of the input: fingerprint, row_id (the lowest that has it), held. The counts
   * stand in further rows, to be summed up, whose fingerprint is null.
   */
  static final StructType GROUPS = groups();

  private static final String ID_HIGH = "id_high";
  private static final String ID_LOW = "id_low";

  /** So that the halves of an id's hash are independent. */
  private static final int OTHER_HASH = 1;

  private final @Nullable String idColumn;

  /**
   * @param idColumn of the input; null: ids are not looked at
   */
  DedupStage(@Nullable String idColumn) {
    this.idColumn = idColumn;
  }

  /**
   * @param unique fingerprint and row_id of the first row that has it
   */
  record Deduped(Dataset<Row> unique, Pinned counts) {
    long rows() {
      return counts.rows();
    }

    long invalid() {
      return counts.invalid();
    }

    long distinct() {
      return counts.distinct();
    }

    long duplicates() {
      return rows() - invalid() - distinct();
    }
  }

  private static StructType groups() {
    StructType groups =
        new StructType()
            .add(Columns.FINGERPRINT, DataTypes.BinaryType)
            .add(Columns.ROW_ID, DataTypes.LongType)
            .add(HELD, DataTypes.IntegerType);
    for (String count : COUNTS) {
      groups = groups.add(count, DataTypes.LongType);
    }
    return groups;
  }

  /**
   * Rows of {@link #GROUPS}.
   *
   * @param rows of {@link LinkStage}
   * @param held fingerprints, see {@link CompletionStore.Snapshot#served}; may repeat
   */
  Dataset<Row> apply(Dataset<Row> rows, Dataset<Row> held) {
    JavaRDD<Row> members = members(rows).javaRDD();
    JavaRDD<Row> heldMembers = heldMembers(held).javaRDD();
    // Spark cuts parts at 128 MB: a bucket has about as many members as one, a million at the most
    int buckets = members.getNumPartitions() + Math.max(1, heldMembers.getNumPartitions());
    JavaRDD<Row> groups =
        blocks(members, idColumn == null ? DedupStage::request : DedupStage::requestAndId, buckets)
            .union(blocks(heldMembers, DedupStage::request, buckets))
            .partitionBy(new HashPartitioner(buckets))
            .values()
            .mapPartitions(
                blocks -> {
                  BucketGroups bucket = new BucketGroups();
                  blocks.forEachRemaining(bucket::add);
                  return bucket.rows();
                });
    return rows.sparkSession().createDataFrame(groups, GROUPS);
  }

  private Dataset<Row> members(Dataset<Row> rows) {
    List<Column> columns = new ArrayList<>(List.of(col(Columns.FINGERPRINT), col(Columns.ROW_ID)));
    if (idColumn != null) {
      Column id = col(Columns.INPUT).getField(idColumn).cast(DataTypes.StringType);
      columns.add(when(id.isNotNull(), xxhash64(id)).as(ID_HIGH));
      columns.add(xxhash64(lit(OTHER_HASH), id).as(ID_LOW));
      columns.add(col(Columns.SAMPLE_INDEX).equalTo(0));
    }
    return rows.select(columns.toArray(Column[]::new));
  }

  private static Dataset<Row> heldMembers(Dataset<Row> held) {
    Column how =
        when(col(CompletionStore.BY_THIS_RUN), lit(MemberKind.BOUGHT_HERE))
            .otherwise(lit(MemberKind.HELD_BEFORE));
    return held.select(col(Columns.FINGERPRINT), how);
  }

  private static JavaPairRDD<Integer, byte[]> blocks(
      JavaRDD<Row> rows, Unpacking unpacking, int buckets) {
    return rows.mapPartitionsToPair(part -> new MemberBlocks(part, unpacking, buckets));
  }

  private static void request(Row row, MemberBlocks to) {
    if (row.isNullAt(0)) {
      to.add(0, 0, MemberKind.WITHOUT_PROMPT);
    } else {
      ByteBuffer fingerprint = ByteBuffer.wrap(row.getAs(0));
      to.add(fingerprint.getLong(), fingerprint.getLong(), row.getLong(1));
    }
  }

  private static void requestAndId(Row row, MemberBlocks to) {
    request(row, to);
    boolean hasIdAlready = !row.getBoolean(4);
    if (hasIdAlready) {
      return;
    }
    if (row.isNullAt(2)) {
      to.add(0, 0, MemberKind.NULL_ID);
    } else {
      to.add(row.getLong(2), row.getLong(3), MemberKind.ID);
    }
  }
}

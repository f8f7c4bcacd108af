package io.penstock.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.penstock.lake.Columns;
import io.penstock.pipeline.OpenRun.Pinned;
import io.penstock.store.CompletionStore;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/**
 * Brings equal fingerprints together, those of the rows and those that the store holds, in one
 * shuffle of a few bytes each; the rows' own ids go along to be counted. Lazy.
 */
final class DedupStage {
  /** Whether a group is of equal fingerprints; else it is of equal ids. */
  static final String IS_REQUEST = "is_request";

  /** The fingerprint, or the id's text. */
  static final String KEY = "group_key";

  /** Rows of the input in a group. */
  static final String COPIES = "copies";

  /** {@link #HELD_BEFORE}, {@link #BOUGHT_HERE}, or null for what the store does not hold. */
  static final String HELD = "held";

  static final int HELD_BEFORE = 1;
  static final int BOUGHT_HERE = 2;

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

  /**
   * A row per group that has rows of the input: is_request, group_key, row_id (the lowest), copies,
   * held. Rows without a prompt are one group, its key is null; so are rows with a null id.
   *
   * @param rows of {@link LinkStage}
   * @param held fingerprints, see {@link CompletionStore#served}; may repeat
   */
  Dataset<Row> apply(Dataset<Row> rows, Dataset<Row> held) {
    Dataset<Row> members = requests(rows).union(held(held));
    return (idColumn == null ? members : members.union(ids(rows, idColumn)))
        .groupBy(IS_REQUEST, KEY)
        .agg(min(Columns.ROW_ID).as(Columns.ROW_ID), sum(COPIES).as(COPIES), max(HELD).as(HELD))
        .where(col(COPIES).gt(0));
  }

  private static Dataset<Row> requests(Dataset<Row> rows) {
    return members(rows, true, col(Columns.FINGERPRINT), col(Columns.ROW_ID), lit(null));
  }

  private static Dataset<Row> held(Dataset<Row> held) {
    Column how =
        when(col(CompletionStore.BY_THIS_RUN), lit(BOUGHT_HERE)).otherwise(lit(HELD_BEFORE));
    return members(held, true, col(Columns.FINGERPRINT), lit(null), how);
  }

  private static Dataset<Row> ids(Dataset<Row> rows, String idColumn) {
    Column id = col(Columns.INPUT).getField(idColumn).cast(DataTypes.StringType);
    return members(rows, false, id.cast(DataTypes.BinaryType), col(Columns.ROW_ID), lit(null));
  }

  private static Dataset<Row> members(
      Dataset<Row> of, Boolean isRequest, Column key, Column rowId, Column held) {
    Column copies = held.isNull().cast(DataTypes.LongType);
    return of.select(
        lit(isRequest).as(IS_REQUEST),
        key.as(KEY),
        rowId.cast(DataTypes.LongType).as(Columns.ROW_ID),
        copies.as(COPIES),
        held.cast(DataTypes.IntegerType).as(HELD));
  }
}

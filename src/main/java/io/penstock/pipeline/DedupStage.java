package io.penstock.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;

import io.penstock.lake.Columns;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;

/** One request per fingerprint. */
final class DedupStage {
  /**
   * @param unique fingerprint and row_id of the first row that has it; persisted
   * @param rows of the run
   * @param invalid rows without a prompt
   * @param distinct fingerprints
   */
  record Deduped(Dataset<Row> unique, long rows, long invalid, long distinct) {
    long duplicates() {
      return rows - invalid - distinct;
    }
  }

  /**
   * @param rows of {@link LinkStage}
   */
  Deduped apply(Dataset<Row> rows) {
    Dataset<Row> unique =
        rows.where(col(Columns.FINGERPRINT).isNotNull())
            .groupBy(Columns.FINGERPRINT)
            .agg(min(Columns.ROW_ID).as(Columns.ROW_ID))
            .persist(StorageLevel.MEMORY_AND_DISK());
    Row counts = rows.agg(count(lit(1)), count(col(Columns.FINGERPRINT))).first();
    long all = counts.getLong(0);
    return new Deduped(unique, all, all - counts.getLong(1), unique.count());
  }
}

package io.penstock.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;

import io.penstock.lake.Columns;
import io.penstock.pipeline.OpenRun.Pinned;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** One request per fingerprint, written into the run folder. */
final class DedupStage {
  private final String requestsPath;

  /**
   * @param requestsPath where the requests are written
   */
  DedupStage(String requestsPath) {
    this.requestsPath = requestsPath;
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
   * @param rows of {@link LinkStage}
   */
  Deduped apply(Dataset<Row> rows) {
    rows.where(col(Columns.FINGERPRINT).isNotNull())
        .groupBy(Columns.FINGERPRINT)
        .agg(min(Columns.ROW_ID).as(Columns.ROW_ID))
        .write()
        .parquet(requestsPath);
    Dataset<Row> unique = requests(rows.sparkSession());
    Row counts = rows.agg(count(lit(1)), count(col(Columns.FINGERPRINT))).first();
    long all = counts.getLong(0);
    return new Deduped(unique, new Pinned(all, all - counts.getLong(1), unique.count()));
  }

  /** What an earlier execution of the run wrote. */
  Deduped reread(SparkSession spark, Pinned pinned) {
    return new Deduped(requests(spark), pinned);
  }

  private Dataset<Row> requests(SparkSession spark) {
    return spark.read().parquet(requestsPath);
  }
}

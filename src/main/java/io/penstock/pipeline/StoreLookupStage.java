package io.penstock.pipeline;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.penstock.lake.Columns;
import io.penstock.pipeline.DedupStage.Deduped;
import io.penstock.pipeline.OpenRun.Pinned;
import io.penstock.store.CompletionStore;
import java.io.IOException;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Observation;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * One request per fingerprint, written into the run folder, and what the completion store does not
 * hold of them yet. One action, which counts as it writes.
 */
final class StoreLookupStage {
  private static final StructType REQUEST =
      new StructType()
          .add(Columns.FINGERPRINT, DataTypes.BinaryType)
          .add(Columns.ROW_ID, DataTypes.LongType)
          .add(DedupStage.HELD, DataTypes.IntegerType);

  private static final String ROWS = "rows";
  private static final String INVALID = "invalid";
  private static final String DISTINCT = "distinct";
  private static final String HITS = "hits";
  private static final String MISSES = "misses";
  private static final String REPEATED_IDS = "repeated_ids";
  private static final String NULL_IDS = "null_ids";

  private final CompletionStore store;
  private final OpenRun run;
  private final boolean retryPermanent;

  /**
   * @param retryPermanent whether requests that failed for good before this run are misses too
   */
  StoreLookupStage(CompletionStore store, OpenRun run, boolean retryPermanent) {
    this.store = store;
    this.run = run;
    this.retryPermanent = retryPermanent;
  }

  /**
   * @param misses fingerprint and row_id
   * @param hitCount requests that the store held before the run; what an earlier execution of the
   *     run bought is neither hit nor miss
   * @param tornLines of the journal that were skipped
   */
  record Lookup(Dataset<Row> misses, long missCount, long hitCount, long tornLines) {}

  /** All requests, and those that the store does not hold. */
  record Found(Deduped deduped, Lookup lookup) {}

  /**
   * @param rows of {@link LinkStage}
   * @param idColumn of the input; null: rows have no id of their own, or it was looked at before
   * @param requestsPath where the requests are written
   * @throws InvalidInputException when ids are null or repeat
   */
  Found apply(Dataset<Row> rows, @Nullable String idColumn, String requestsPath)
      throws IOException, InterruptedException {
    Observation counted = new Observation();
    new DedupStage(idColumn)
        .apply(rows, held())
        .observe(counted, count(ROWS, isRequest(), copies()), counts())
        .where(isRequest().and(hasKey()))
        .select(
            col(DedupStage.KEY).as(Columns.FINGERPRINT), col(Columns.ROW_ID), col(DedupStage.HELD))
        .write()
        .parquet(requestsPath);
    Map<String, Object> counts = counted.getAsJava();
    if (idColumn != null && number(counts, NULL_IDS) + number(counts, REPEATED_IDS) > 0) {
      throw RowIds.refused(rows, idColumn, number(counts, NULL_IDS));
    }
    Dataset<Row> unique = rows.sparkSession().read().schema(REQUEST).parquet(requestsPath);
    Pinned pinned =
        new Pinned(number(counts, ROWS), number(counts, INVALID), number(counts, DISTINCT));
    Lookup lookup =
        new Lookup(
            unique.where(col(DedupStage.HELD).isNull()).drop(DedupStage.HELD),
            number(counts, MISSES),
            number(counts, HITS),
            store.tornLines());
    return new Found(new Deduped(unique.drop(DedupStage.HELD), pinned), lookup);
  }

  private Dataset<Row> held() throws IOException {
    String runId = run.folder().runId();
    return retryPermanent ? store.answeredOrFailedIn(runId) : store.served(runId);
  }

  private static Column[] counts() {
    Column request = isRequest().and(hasKey());
    Column held = col(DedupStage.HELD);
    Column id = not(isRequest());
    return new Column[] {
      count(INVALID, isRequest().and(not(hasKey())), copies()),
      count(DISTINCT, request, lit(1L)),
      count(MISSES, request.and(held.isNull()), lit(1L)),
      count(HITS, request.and(held.equalTo(DedupStage.HELD_BEFORE)), lit(1L)),
      count(REPEATED_IDS, id.and(hasKey()).and(copies().gt(1)), lit(1L)),
      count(NULL_IDS, id.and(not(hasKey())), copies())
    };
  }

  private static Column count(String name, Column which, Column of) {
    return coalesce(sum(when(which, of)), lit(0L)).as(name);
  }

  private static long number(Map<String, Object> counts, String name) {
    return (Long) counts.get(name);
  }

  private static Column isRequest() {
    return col(DedupStage.IS_REQUEST);
  }

  private static Column hasKey() {
    return col(DedupStage.KEY).isNotNull();
  }

  private static Column copies() {
    return col(DedupStage.COPIES);
  }
}

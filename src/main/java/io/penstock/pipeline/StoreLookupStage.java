package io.penstock.pipeline;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import io.penstock.lake.Columns;
import io.penstock.lake.ParquetOptions;
import io.penstock.pipeline.DedupStage.Deduped;
import io.penstock.pipeline.OpenRun.Pinned;
import io.penstock.store.CompletionStore;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Observation;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
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
   * @param settled the store as it was looked into, where it answers all requests, with one entry
   *     each, and nothing can be added to what was seen of it
   */
  record Lookup(
      Dataset<Row> misses,
      long missCount,
      long hitCount,
      long tornLines,
      Optional<CompletionStore.Snapshot> settled) {}

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
    CompletionStore.Snapshot snapshot = store.snapshot();
    Counts counts = write(new DedupStage(idColumn).apply(rows, held(snapshot)), requestsPath);
    long nullIds = counts.of(DedupStage.NULL_IDS);
    if (nullIds + counts.of(DedupStage.REPEATED_IDS) > 0) {
      throw RowIds.refused(rows, String.valueOf(idColumn), nullIds);
    }
    Dataset<Row> unique = rows.sparkSession().read().schema(REQUEST).parquet(requestsPath);
    Pinned pinned =
        new Pinned(
            counts.of(DedupStage.ROWS),
            counts.of(DedupStage.INVALID),
            counts.of(DedupStage.DISTINCT));
    Lookup lookup =
        new Lookup(
            unique.where(col(DedupStage.HELD).isNull()).drop(DedupStage.HELD),
            counts.of(DedupStage.MISSES),
            counts.of(DedupStage.HITS),
            store.tornLines(),
            isSettled(snapshot, counts) ? Optional.of(snapshot) : Optional.empty());
    return new Found(new Deduped(unique.drop(DedupStage.HELD), pinned), lookup);
  }

  private Dataset<Row> held(CompletionStore.Snapshot snapshot) {
    String runId = run.folder().runId();
    return retryPermanent ? snapshot.answeredOrFailedIn(runId) : snapshot.served(runId);
  }

  private boolean isSettled(CompletionStore.Snapshot snapshot, Counts counts) {
    return snapshot.isFixed()
        && !retryPermanent // then entries serve that were not looked at
        && counts.of(DedupStage.MISSES) + counts.of(DedupStage.HELD_AGAIN) == 0;
  }

  /** {@link DedupStage#COUNTS}. */
  private record Counts(Map<String, Object> byName) {
    long of(String name) {
      return (Long) byName.get(name);
    }
  }

  /** The one action. */
  private static Counts write(Dataset<Row> groups, String path) throws InterruptedException {
    Observation counted = new Observation();
    Column[] sums =
        DedupStage.COUNTS.stream()
            .map(name -> coalesce(sum(name), lit(0L)).as(name))
            .toArray(Column[]::new);
    groups
        .observe(counted, sums[0], Arrays.copyOfRange(sums, 1, sums.length))
        .where(col(Columns.FINGERPRINT).isNotNull())
        .select(Arrays.stream(REQUEST.fieldNames()).map(functions::col).toArray(Column[]::new))
        .write()
        .options(ParquetOptions.distinct(List.of(Columns.FINGERPRINT, Columns.ROW_ID)))
        .parquet(path);
    return new Counts(counted.getAsJava());
  }
}

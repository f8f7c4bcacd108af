package io.penstock.pipeline;

import io.penstock.lake.Columns;
import io.penstock.store.CompletionStore;
import java.io.IOException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;

/** What the completion store does not hold yet. */
final class StoreLookupStage {
  private static final String[] BY_FINGERPRINT = {Columns.FINGERPRINT};

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
   * @param misses columns as given; persisted
   * @param hitCount requests that the store held before the run; what an earlier execution of the
   *     run bought is neither hit nor miss
   * @param tornLines of the journal that were skipped
   */
  record Lookup(Dataset<Row> misses, long missCount, long hitCount, long tornLines) {}

  /**
   * @param unique one row per fingerprint
   * @param distinct their number
   */
  Lookup apply(Dataset<Row> unique, long distinct) throws IOException {
    String runId = run.folder().runId();
    Dataset<Row> served =
        (retryPermanent ? store.answeredOrFailedIn(runId) : store.servedFingerprints())
            .hint("shuffle_hash");
    Dataset<Row> misses =
        unique.join(served, BY_FINGERPRINT, "left_anti").persist(StorageLevel.MEMORY_AND_DISK());
    long missCount = misses.count();
    long tornLines = store.tornLines();
    return new Lookup(misses, missCount, hits(unique, distinct - missCount), tornLines);
  }

  private long hits(Dataset<Row> unique, long served) throws IOException {
    if (run.adopted().isEmpty()) {
      return served;
    }
    Dataset<Row> bought = store.servedFingerprintsOf(run.folder().runId());
    return served - unique.join(bought, BY_FINGERPRINT, "left_semi").count();
  }
}

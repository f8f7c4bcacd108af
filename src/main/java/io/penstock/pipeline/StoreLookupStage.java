package io.penstock.pipeline;

import io.penstock.lake.Columns;
import io.penstock.store.CompletionStore;
import java.io.IOException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;

/** What the completion store does not hold yet. */
final class StoreLookupStage {
  private final CompletionStore store;

  StoreLookupStage(CompletionStore store) {
    this.store = store;
  }

  /**
   * @param misses columns as given; persisted
   * @param tornLines of the journal that were skipped
   */
  record Lookup(Dataset<Row> misses, long missCount, long hitCount, long tornLines) {}

  /**
   * @param unique one row per fingerprint
   * @param distinct their number
   */
  Lookup apply(Dataset<Row> unique, long distinct) throws IOException {
    Dataset<Row> served = store.servedFingerprints().hint("shuffle_hash");
    Dataset<Row> misses =
        unique
            .join(served, new String[] {Columns.FINGERPRINT}, "left_anti")
            .persist(StorageLevel.MEMORY_AND_DISK());
    long missCount = misses.count();
    return new Lookup(misses, missCount, distinct - missCount, store.tornLines());
  }
}

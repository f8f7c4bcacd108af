package io.penstock.store;

import java.util.List;

/**
 * What {@code store compact} did.
 *
 * @param segments of the journal that are in Parquet now
 * @param merged small Parquet files that were written anew
 * @param deleted files whose grace was over
 */
public record CompactionReport(long segments, long merged, long deleted) {
  /** For people. */
  public List<String> lines() {
    return List.of(
        "%,d journal segments turned into Parquet".formatted(segments),
        "%,d small files merged".formatted(merged),
        "%,d files deleted that were replaced more than 24 hours ago".formatted(deleted));
  }
}

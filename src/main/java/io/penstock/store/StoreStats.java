package io.penstock.store;

import java.math.BigDecimal;
import java.util.List;
import java.util.Set;

/**
 * What a completion store holds.
 *
 * @param entries by entry id, each once
 * @param duplicates answers to a request that has an earlier one
 * @param repeated entries that are there more than once, such as in the journal and in Parquet
 * @param tornLines of the journal, which are skipped
 * @param costUsd sum over the answers
 */
public record StoreStats(
    Entries entries,
    long duplicates,
    long repeated,
    long tornLines,
    Files files,
    BigDecimal costUsd,
    Set<String> currentRuns) {
  /**
   * @param answers of them
   * @param failures the others
   */
  public record Entries(long all, long answers, long failures) {}

  /**
   * @param openSegments of the journal that are not in Parquet yet
   */
  public record Files(long journalBytes, long completionsBytes, long openSegments) {}

  /** For people. */
  public List<String> lines() {
    return List.of(
        "entries        %,d: %,d answers, %,d failures"
            .formatted(entries.all(), entries.answers(), entries.failures()),
        "duplicates     %,d further answers to a request that has one".formatted(duplicates),
        "repeated       %,d entries stored more than once".formatted(repeated),
        "torn lines     %,d".formatted(tornLines),
        "journal        %,d bytes, %,d segments not compacted yet"
            .formatted(files.journalBytes(), files.openSegments()),
        "completions    %,d bytes".formatted(files.completionsBytes()),
        "cost held      %s USD".formatted(costUsd.toPlainString()),
        "unfinished     "
            + (currentRuns.isEmpty() ? "no run" : "runs " + String.join(", ", currentRuns)));
  }
}

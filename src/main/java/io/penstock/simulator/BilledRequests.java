package io.penstock.simulator;

import io.penstock.simulator.batch.LongSet;
import java.util.Map;
import java.util.TreeMap;

/** Which requests were billed, in either way of delivery. Confined to its recorder's lock. */
final class BilledRequests {
  private final LongSet all = new LongSet();
  private final LongSet inBatches = new LongSet();
  private long billed;
  private long billedInBatches;
  private long failedInBatches;

  /**
   * @param identity a hash of the request's body
   */
  void inRealtime(long identity) {
    billed++;
    all.add(identity);
  }

  void inBatch(long identity) {
    inRealtime(identity);
    billedInBatches++;
    inBatches.add(identity);
  }

  void failedInBatch() {
    failedInBatches++;
  }

  BatchStats stats(Map<String, Long> batches, long created, long files) {
    return new BatchStats(
        new TreeMap<>(batches),
        created,
        files,
        new BatchStats.Requests(
            billedInBatches + failedInBatches, billedInBatches, inBatches.size()),
        new BatchStats.Billed(billed, all.size()));
  }
}

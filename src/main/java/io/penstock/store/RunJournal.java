package io.penstock.store;

import io.penstock.domain.Fingerprint;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** What a run's journal holds, for an executor that takes up a shard again. */
public final class RunJournal {
  private RunJournal() {}

  /**
   * The fingerprints of a shard that are answered or failed for good; what failed otherwise may
   * have done so in an earlier execution of the run. Reads all segments of the run to their ends.
   */
  public static Set<Fingerprint> fingerprints(
      String store, String runId, int shard, Configuration hadoop) throws IOException {
    Set<Fingerprint> found = new HashSet<>();
    for (Path segment : new StoreFiles(store, hadoop).segments(runId)) {
      JournalReader entries = new JournalReader(segment, hadoop, () -> {});
      while (entries.hasNext()) {
        StoreEntry entry = entries.next();
        boolean decided = entry.failure() == null || entry.failure().kind().isPermanent();
        if (decided && entry.origin().shard() == shard) {
          found.add(entry.fingerprint());
        }
      }
    }
    return found;
  }
}

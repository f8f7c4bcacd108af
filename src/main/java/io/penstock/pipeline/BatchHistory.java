package io.penstock.pipeline;

import io.penstock.batch.BatchEnd;
import io.penstock.batch.BatchLedger;
import io.penstock.batch.BatchLedger.Ended;
import io.penstock.batch.PendingBatch;
import io.penstock.report.BatchTimes;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A run's batches as the ledger has them, for its report. */
final class BatchHistory {
  /** What a ledger's reason may begin with; what follows may quote prompts. */
  private static final Set<String> STATES =
      Set.of(
          "COMPLETED", "FAILED", "EXPIRED", "CANCELLED", "queue full", "unknown to the provider");

  private static final BatchEnd NOTHING = new BatchEnd("", 0, 0, 0, false);

  private BatchHistory() {}

  /** In the order in which they were cut. */
  static List<BatchTimes> of(BatchLedger ledger, String runId) throws IOException {
    Stream<BatchTimes> open =
        ledger.open().stream()
            .filter(batch -> batch.intent().runId().equals(runId))
            .map(batch -> times(batch, state(batch), null, NOTHING));
    List<BatchTimes> all = new ArrayList<>(open.toList());
    for (Ended ended : ledger.ended(runId)) {
      Instant at = ledger.endedAt(ended.batch()).orElse(null);
      all.add(times(ended.batch(), state(ended.end()), at, ended.end()));
    }
    all.sort(Comparator.comparing(BatchTimes::key));
    return List.copyOf(all);
  }

  private static BatchTimes times(
      PendingBatch batch, String state, @Nullable Instant endedAt, BatchEnd end) {
    return new BatchTimes(
        batch.key(),
        batch.batchId(),
        batch.intent().accountModel(),
        batch.intent().round(),
        state,
        batch.intent().size().requests(),
        batch.mayExist() ? batch.creatingAt().toString() : null,
        endedAt == null ? null : endedAt.toString(),
        end.answered(),
        end.failed(),
        end.remaining());
  }

  private static String state(PendingBatch batch) {
    return batch.isInDoubt() ? "in doubt" : batch.mayExist() ? "open" : "not sent";
  }

  private static String state(BatchEnd end) {
    String why = end.why().split(":", 2)[0];
    return STATES.contains(why) ? why.toLowerCase(Locale.ROOT) : "refused";
  }
}

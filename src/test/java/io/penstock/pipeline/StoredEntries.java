package io.penstock.pipeline;

import io.penstock.domain.Completion;
import io.penstock.domain.FailureKind;
import io.penstock.domain.FinishReason;
import io.penstock.domain.InferenceOutcome.Effort;
import io.penstock.domain.InferenceOutcome.Waste;
import io.penstock.domain.TokenUsage;
import io.penstock.domain.Usd;
import io.penstock.store.CompletionStore;
import io.penstock.store.Journal;
import io.penstock.store.StoreEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A completion store that tests fill through its journal; entries are a second apart. */
final class StoredEntries {
  static final Instant START = Instant.parse("2026-11-22T10:00:00Z");

  private final String path;
  private int written;
  private boolean batched;
  private @Nullable Usd list;

  StoredEntries(Path folder) {
    this.path = folder.resolve("store").toString();
  }

  CompletionStore store() {
    return new CompletionStore(SparkForTests.session(), path);
  }

  /** The answer to a prompt of {@link LinkedRows}, after one attempt. */
  StoredEntries answer(String runId, String text, @Nullable String costUsd) throws IOException {
    Completion completion =
        new Completion(
            "re: " + text,
            null,
            FinishReason.STOP,
            "stop",
            "gpt-2026",
            "id-" + text,
            TokenUsage.of(100, 10),
            false);
    Effort effort = new Effort(1, 0, 1500, Waste.NONE);
    return write(runId, text, completion, null, effort, costUsd == null ? null : Usd.of(costUsd));
  }

  /** The same from a batch, which would have cost {@code listUsd} in realtime. */
  StoredEntries batched(
      String runId, String text, @Nullable String costUsd, @Nullable String listUsd)
      throws IOException {
    batched = true;
    list = listUsd == null ? null : Usd.of(listUsd);
    answer(runId, text, costUsd);
    batched = false;
    return this;
  }

  /** A failure after three attempts, of which one was refused with 429. */
  StoredEntries failure(String runId, String text, FailureKind kind) throws IOException {
    Waste waste = new Waste(Usd.of("0.5"), Usd.of("1.25"));
    return write(
        runId,
        text,
        null,
        new StoreEntry.Failure(kind, kind + " met", ""),
        new Effort(3, 1, 9, waste),
        null);
  }

  private StoredEntries write(
      String runId,
      String text,
      @Nullable Completion answer,
      StoreEntry.@Nullable Failure failure,
      Effort effort,
      @Nullable Usd cost)
      throws IOException {
    StoreEntry entry =
        new StoreEntry(
            "entry-" + written,
            LinkedRows.fingerprint(text),
            new StoreEntry.Origin(runId, 0, "openai", "gpt-small", "2026-11-22", null),
            answer,
            failure,
            effort,
            cost,
            START.plusSeconds(written++));
    Journal.Durability durability = new Journal.Durability(false, 1);
    try (Journal journal = new Journal(path, runId, "driver", durability, SparkForTests.hadoop())) {
      journal.append(batched ? entry.inBatch(list) : entry).join();
    }
    return this;
  }
}

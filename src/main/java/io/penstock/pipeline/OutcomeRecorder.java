package io.penstock.pipeline;

import io.penstock.domain.Completion;
import io.penstock.domain.Fingerprint;
import io.penstock.domain.InferenceOutcome;
import io.penstock.domain.InferenceOutcome.Completed;
import io.penstock.domain.InferenceOutcome.Effort;
import io.penstock.domain.InferenceOutcome.Failed;
import io.penstock.domain.InferenceOutcome.Waste;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.ModelSettings;
import io.penstock.domain.Usd;
import io.penstock.store.Journal;
import io.penstock.store.StoreEntry;
import io.penstock.store.StoreEntry.Asked;
import io.penstock.store.StoreEntry.Failure;
import io.penstock.store.StoreEntry.Origin;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Writes the outcomes of one model into the journal. Thread-safe. */
final class OutcomeRecorder {
  private static final AtomicLong ENTRIES = new AtomicLong();

  private final Journal journal;
  private final RuntimeSettings.RunPlace place;
  private final ModelSettings model;
  private final ModelPricing pricing;

  OutcomeRecorder(
      Journal journal, RuntimeSettings.RunPlace place, ModelSettings model, ModelPricing pricing) {
    this.journal = journal;
    this.place = place;
    this.model = model;
    this.pricing = pricing;
  }

  /**
   * Completes with the outcome once it is stored, or at once where it says nothing of the request
   * and cost nothing.
   */
  CompletableFuture<InferenceOutcome> record(
      int shard, InferenceRequest request, InferenceOutcome outcome) {
    boolean tells = !(outcome instanceof Failed failed) || failed.kind().isStored();
    if (!tells && outcome.effort().waste().equals(Waste.NONE)) {
      journal.settle(outcome.fingerprint());
      return CompletableFuture.completedFuture(outcome);
    }
    return journal.append(entry(origin(shard, request), outcome)).thenApply(flushed -> outcome);
  }

  private Origin origin(int shard, InferenceRequest request) {
    InferenceRequest.Measure measure = request.measure();
    boolean counted = measure.countedInputTokens() > 0;
    return new Origin(
        place.runId(),
        shard,
        model.endpoint().identity(),
        model.requestModel(),
        place.priceVersion(),
        new Asked(
            place.jobName(),
            counted ? measure.countedInputTokens() : null,
            counted ? measure.promptHash() : null));
  }

  private StoreEntry entry(Origin origin, InferenceOutcome outcome) {
    if (outcome instanceof Completed completed) {
      Completion answer = completed.completion();
      return entry(
          origin,
          outcome.fingerprint(),
          answer,
          null,
          outcome.effort(),
          pricing.known(answer.usage()));
    }
    Failed failed = (Failed) outcome;
    Failure failure = new Failure(failed.kind(), failed.message(), failed.rawBody());
    return entry(origin, outcome.fingerprint(), null, failure, outcome.effort(), null);
  }

  private StoreEntry entry(
      Origin origin,
      Fingerprint fingerprint,
      @Nullable Completion answer,
      @Nullable Failure failure,
      Effort effort,
      @Nullable Usd cost) {
    return new StoreEntry(
        journal.writerId() + ENTRIES.incrementAndGet(),
        fingerprint,
        origin,
        answer,
        failure,
        effort,
        cost,
        Instant.now());
  }
}

package io.penstock.store;

import io.penstock.domain.Completion;
import io.penstock.domain.FailureKind;
import io.penstock.domain.Fingerprint;
import io.penstock.domain.InferenceOutcome.Effort;
import io.penstock.domain.Usd;
import java.io.Serializable;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the store keeps of one request that was called. Never a key.
 *
 * @param entryId unique in the store; entries with equal ids are equal
 * @param answer null where there is none
 * @param failure null where there is an answer
 * @param costUsd what the answer cost; null without an answer or without a known price
 * @param batched what came in a batch; null: it was called in realtime
 */
public record StoreEntry(
    String entryId,
    Fingerprint fingerprint,
    Origin origin,
    @Nullable Completion answer,
    @Nullable Failure failure,
    Effort effort,
    @Nullable Usd costUsd,
    Instant completedAt,
    @Nullable Batched batched)
    implements Serializable {
  /** Called in realtime. */
  public StoreEntry(
      String entryId,
      Fingerprint fingerprint,
      Origin origin,
      @Nullable Completion answer,
      @Nullable Failure failure,
      Effort effort,
      @Nullable Usd costUsd,
      Instant completedAt) {
    this(entryId, fingerprint, origin, answer, failure, effort, costUsd, completedAt, null);
  }

  /**
   * The same from a batch; its latency then says nothing.
   *
   * @param listUsd see {@link Batched}
   */
  public StoreEntry inBatch(@Nullable Usd listUsd) {
    return new StoreEntry(
        entryId,
        fingerprint,
        origin,
        answer,
        failure,
        effort,
        costUsd,
        completedAt,
        new Batched(listUsd));
  }

  /**
   * @param listUsd what the answer would have cost in realtime; null without an answer or without a
   *     known price
   */
  public record Batched(@Nullable Usd listUsd) implements Serializable {}

  /**
   * @param providerIdentity what the answer belongs to
   * @param priceVersion of the price list that the cost was computed with
   * @param asked null in entries of an earlier Penstock
   */
  public record Origin(
      String runId,
      int shard,
      String providerIdentity,
      String requestModel,
      String priceVersion,
      @Nullable Asked asked)
      implements Serializable {}

  /**
   * What later plans learn from.
   *
   * @param countedInputTokens of the prompt by our own encoding, beside which the provider's count
   *     stands; null: not counted
   * @param promptHash of the messages alone, whatever the model and its parameters; null where the
   *     prompt was not counted
   */
  public record Asked(String jobName, @Nullable Long countedInputTokens, @Nullable Long promptHash)
      implements Serializable {}

  /**
   * @param kind one that stops the run is kept for its waste only and serves no row
   * @param rawBody the beginning of an answer that could not be read; else empty
   */
  public record Failure(FailureKind kind, String message, String rawBody) implements Serializable {}
}

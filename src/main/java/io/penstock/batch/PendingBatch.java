package io.penstock.batch;

import java.io.Serializable;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A batch in the ledger. It was cut; then, where the provider wants that, uploaded; then its
 * creation was announced; then the provider gave it an id.
 *
 * @param key its name here, and the tag that the provider keeps of it
 * @param uploadId null: not uploaded, or there is no need to
 * @param creatingMillis when its creation was announced, epoch milliseconds; null: it was not, so
 *     the provider cannot have it
 * @param batchId the provider's; null while nobody knows whether there is one
 */
public record PendingBatch(
    String key,
    BatchIntent intent,
    @Nullable String uploadId,
    @Nullable Long creatingMillis,
    @Nullable String batchId)
    implements Serializable {
  /** Whether the provider may have it: its requests must not be sent again then. */
  public boolean mayExist() {
    return creatingMillis != null;
  }

  public boolean isInDoubt() {
    return creatingMillis != null && batchId == null;
  }

  /** By our own clock, about. */
  public Instant creatingAt() {
    return Instant.ofEpochMilli(creatingMillis == null ? 0 : creatingMillis);
  }

  PendingBatch uploaded(String id) {
    return new PendingBatch(key, intent, id, creatingMillis, batchId);
  }

  PendingBatch creating(Instant now) {
    return new PendingBatch(key, intent, uploadId, now.toEpochMilli(), batchId);
  }

  /** The provider does not have it after all. */
  PendingBatch notCreated() {
    return new PendingBatch(key, intent, uploadId, null, null);
  }

  PendingBatch created(String id) {
    return new PendingBatch(key, intent, uploadId, creatingMillis, id);
  }
}

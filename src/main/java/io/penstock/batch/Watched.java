package io.penstock.batch;

import io.penstock.provider.ProviderBatch;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A batch that the provider has, or may have. Confined to one thread. */
final class Watched {
  final PollPace pace;

  /** Ids of batches that looked like it, and are not. */
  final Set<String> others = new HashSet<>();

  PendingBatch batch;
  @Nullable ProviderBatch seen;

  /** When this execution looked for it first; null: it did not. */
  @Nullable Instant firstLook;

  boolean cancelled;

  Watched(PendingBatch batch, PollPace pace) {
    this.batch = batch;
    this.pace = pace;
  }
}

package io.penstock.pipeline;

import io.penstock.domain.Fingerprint;
import io.penstock.domain.InferenceRequest;
import io.penstock.store.Intent;
import io.penstock.store.Journal;
import java.io.Closeable;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Requests of one model in one shard, whose intents are written while they wait: by the time that a
 * call may start its intent is flushed. Confined to one thread.
 */
final class IntentAhead implements Iterator<InferenceRequest>, Closeable {
  private final Iterator<InferenceRequest> requests;
  private final Journal journal;
  private final ModelPricing pricing;
  private final @Nullable IntentsAhead ahead;
  private final ArrayDeque<InferenceRequest> waiting = new ArrayDeque<>();
  private final Map<Fingerprint, CompletableFuture<Void>> intents = new HashMap<>();

  /**
   * @param ahead shared by the tasks of the JVM: how many requests of the model may wait with an
   *     intent; null: no intents are written here
   */
  IntentAhead(
      Iterator<InferenceRequest> requests,
      Journal journal,
      ModelPricing pricing,
      @Nullable IntentsAhead ahead) {
    this.requests = requests;
    this.journal = journal;
    this.pricing = pricing;
    this.ahead = ahead;
  }

  @Override
  public boolean hasNext() {
    return !waiting.isEmpty() || requests.hasNext();
  }

  @Override
  public InferenceRequest next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    if (ahead == null) {
      return requests.next();
    }
    InferenceRequest next = waiting.isEmpty() ? intend(requests.next()) : takeWaiting();
    while (requests.hasNext() && ahead.tryAcquire()) {
      waiting.add(intend(requests.next()));
    }
    return next;
  }

  private InferenceRequest takeWaiting() {
    ahead.release();
    return waiting.remove();
  }

  private InferenceRequest intend(InferenceRequest request) {
    Intent intent = new Intent(request.fingerprint(), pricing.worstCase(request));
    intents.put(request.fingerprint(), journal.intend(intent));
    return request;
  }

  /** When the intent of a request that was taken is flushed; to be asked once. */
  CompletableFuture<Void> intentOf(InferenceRequest request) {
    return ahead == null
        ? CompletableFuture.completedFuture(null)
        : intents.remove(request.fingerprint());
  }

  /** Withdraws the intents of what was not taken, or taken and not begun. */
  @Override
  public void close() {
    while (!waiting.isEmpty()) {
      takeWaiting();
    }
    intents.keySet().forEach(journal::settle);
    intents.clear();
  }
}

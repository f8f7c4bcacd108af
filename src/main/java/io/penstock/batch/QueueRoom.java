package io.penstock.batch;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/** Whether the providers' queues have room for a batch. Confined to one thread. */
final class QueueRoom {
  /** Part of a provider's limits that is used: it counts in its own way. */
  static final double USED = 0.95;

  private final Map<String, Long> limits;
  private final Map<String, Long> queued = new HashMap<>();

  /**
   * @param limits in tokens, by account and model
   * @param open batches that have not ended
   */
  QueueRoom(Map<String, Long> limits, Collection<PendingBatch> open) {
    this.limits = limits;
    open.forEach(this::add);
  }

  void add(PendingBatch batch) {
    queued.merge(batch.intent().accountModel(), batch.intent().inputTokens(), Long::sum);
  }

  /** An empty queue takes any batch: whether it is too large, its provider says. */
  boolean fits(PendingBatch batch) {
    String queue = batch.intent().accountModel();
    long before = queued.getOrDefault(queue, 0L);
    OptionalLong most = most(limits, queue);
    return before == 0
        || most.isEmpty()
        || before + batch.intent().inputTokens() <= most.getAsLong();
  }

  /** Tokens that a queue may hold; empty where no limit is known. */
  static OptionalLong most(Map<String, Long> limits, String queue) {
    Long limit = limits.get(queue);
    return limit == null ? OptionalLong.empty() : OptionalLong.of((long) (limit * USED));
  }
}

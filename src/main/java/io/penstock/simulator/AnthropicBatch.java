package io.penstock.simulator;

import io.penstock.simulator.batch.Batch;
import java.time.Instant;

/** A batch of Anthropic's dialect. */
record AnthropicBatch(String id, Batch batch) implements Shelf.Thing {
  @Override
  public Instant createdAt() {
    return batch.plan().createdAt();
  }
}

package io.penstock.pipeline;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/**
 * How many requests of a model wait with an intent in this JVM: at most as many as may be called at
 * once just now. Thread-safe.
 */
final class IntentsAhead {
  private final AtomicInteger waiting = new AtomicInteger();
  private final IntSupplier most;

  IntentsAhead(IntSupplier most) {
    this.most = most;
  }

  boolean tryAcquire() {
    if (waiting.incrementAndGet() <= most.getAsInt()) {
      return true;
    }
    release();
    return false;
  }

  void release() {
    waiting.decrementAndGet();
  }
}

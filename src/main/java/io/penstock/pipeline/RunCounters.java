package io.penstock.pipeline;

import io.penstock.domain.InferenceOutcome;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What one JVM did in a run so far, for progress lines and reports. Thread-safe. */
final class RunCounters {
  private final LongAdder answered = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder retries = new LongAdder();
  private final AtomicLong firstCallMillis = new AtomicLong(Long.MAX_VALUE);
  private final AtomicLong lastAnswerMillis = new AtomicLong();

  /** Epoch milliseconds of the first call; {@link Long#MAX_VALUE} before it. */
  long firstCallMillis() {
    return firstCallMillis.get();
  }

  /** Epoch milliseconds of the last outcome; 0 before it. */
  long lastAnswerMillis() {
    return lastAnswerMillis.get();
  }

  long answered() {
    return answered.sum();
  }

  long failed() {
    return failed.sum();
  }

  long retries() {
    return retries.sum();
  }

  void started() {
    if (firstCallMillis.get() == Long.MAX_VALUE) {
      firstCallMillis.accumulateAndGet(System.currentTimeMillis(), Math::min);
    }
  }

  void ended(InferenceOutcome outcome) {
    lastAnswerMillis.accumulateAndGet(System.currentTimeMillis(), Math::max);
    (outcome instanceof InferenceOutcome.Completed ? answered : failed).increment();
    retries.add(outcome.effort().attempts() - 1L);
  }
}

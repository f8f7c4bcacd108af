package io.penstock.pipeline;

import io.penstock.cluster.Counts;
import io.penstock.domain.FailureKind;
import io.penstock.domain.InferenceOutcome;
import io.penstock.provider.ProviderException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What one JVM did in a run so far, for progress lines and reports. Thread-safe. */
final class RunCounters {
  private final LongAdder answered = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder failedAttempts = new LongAdder();
  private final AtomicReference<FailureKind> lastFailure = new AtomicReference<>();
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

  /** The kind of the last failure only, since messages of providers may quote prompts. */
  Counts counts() {
    FailureKind last = lastFailure.get();
    return new Counts(
        answered.sum(),
        failed.sum(),
        failedAttempts.sum(),
        last == null ? null : last.name(),
        firstCallMillis());
  }

  void attemptEnded(@Nullable Throwable error) {
    if (error instanceof ProviderException failure) {
      failedAttempts.increment();
      lastFailure.set(failure.kind());
    }
  }

  void started() {
    if (firstCallMillis.get() == Long.MAX_VALUE) {
      firstCallMillis.accumulateAndGet(System.currentTimeMillis(), Math::min);
    }
  }

  void ended(InferenceOutcome outcome) {
    lastAnswerMillis.accumulateAndGet(System.currentTimeMillis(), Math::max);
    (outcome instanceof InferenceOutcome.Completed ? answered : failed).increment();
  }
}

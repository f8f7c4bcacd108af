package io.penstock.pipeline;

import io.penstock.cluster.CallMeter;
import io.penstock.cluster.Counts;
import io.penstock.cluster.Counts.Attempts;
import io.penstock.cluster.Counts.Bought;
import io.penstock.domain.FailureKind;
import io.penstock.domain.InferenceOutcome;
import io.penstock.domain.InferenceOutcome.Completed;
import io.penstock.domain.InferenceOutcome.Waste;
import io.penstock.domain.TokenUsage;
import io.penstock.provider.ProviderException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What one JVM did in a run so far, for progress, metrics and reports. Thread-safe. */
final class RunCounters {
  private final CallMeter meter;
  private final LongAdder answered = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder attempts = new LongAdder();
  private final LongAdder failedAttempts = new LongAdder();
  private final LongAdder rateLimited = new LongAdder();
  private final AtomicReference<Bought> bought = new AtomicReference<>(Bought.NOTHING);
  private final AtomicReference<FailureKind> lastFailure = new AtomicReference<>();
  private final AtomicLong firstCallMillis = new AtomicLong(Long.MAX_VALUE);
  private final AtomicLong lastAnswerMillis = new AtomicLong();

  RunCounters(CallMeter meter) {
    this.meter = meter;
  }

  /** Epoch milliseconds of the first call; {@link Long#MAX_VALUE} before it. */
  long firstCallMillis() {
    return firstCallMillis.get();
  }

  /** Epoch milliseconds of the last outcome; 0 before it. */
  long lastAnswerMillis() {
    return lastAnswerMillis.get();
  }

  /** The kind of the last failure only, since messages of providers may quote prompts. */
  Counts counts(int inFlight) {
    FailureKind last = lastFailure.get();
    return new Counts(
        answered.sum(),
        failed.sum(),
        new Attempts(attempts.sum(), failedAttempts.sum(), rateLimited.sum()),
        bought.get(),
        inFlight,
        last == null ? null : last.name(),
        firstCallMillis());
  }

  void attemptEnded(@Nullable Throwable error) {
    attempts.increment();
    if (error instanceof ProviderException failure) {
      boolean is429 = failure.isTooManyRequests();
      failedAttempts.increment();
      rateLimited.add(is429 ? 1 : 0);
      lastFailure.set(failure.kind());
      meter.attemptFailed(is429);
    }
  }

  void started() {
    if (firstCallMillis.get() == Long.MAX_VALUE) {
      firstCallMillis.accumulateAndGet(System.currentTimeMillis(), Math::min);
    }
  }

  /** Once it is stored. */
  void ended(InferenceOutcome outcome, ModelPricing pricing) {
    lastAnswerMillis.accumulateAndGet(System.currentTimeMillis(), Math::max);
    Waste waste = outcome.effort().waste();
    if (outcome instanceof Completed completed) {
      TokenUsage usage = completed.completion().usage();
      answered.increment();
      bought.accumulateAndGet(Purchases.of(usage, pricing.known(usage), waste), Bought::plus);
      Duration latency = Duration.ofMillis(outcome.effort().latencyMillis());
      meter.answered(latency, usage.inputTokens(), usage.outputTokens());
    } else if (outcome.effort().attempts() > 0) { // else there was no money, or no time, to ask
      failed.increment();
      bought.accumulateAndGet(Purchases.of(null, null, waste), Bought::plus);
      meter.failed();
    }
  }
}

package io.penstock.batch;

import io.penstock.provider.BatchProvider;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * What batch delivery works with.
 *
 * @param providers the plug of a model, where the job has that model
 * @param console takes progress, without prompts or secrets
 */
public record Desk(
    BatchLedger ledger,
    Function<BatchIntent.Target, Optional<BatchProvider>> providers,
    Carrier carrier,
    Rules rules,
    Time time,
    Consumer<String> console) {
  /**
   * @param job its batches are ours
   * @param runId of this execution
   * @param pollInterval least time between two looks at a batch
   * @param adoptFor how long a batch that may have been created is looked for before it is created
   *     again
   * @param queueLimits tokens that may be queued, by account and model, as the job sets them
   */
  public record Rules(
      String job,
      String runId,
      Duration pollInterval,
      Duration adoptFor,
      Map<String, Long> queueLimits) {
    public Rules {
      queueLimits = Map.copyOf(queueLimits);
    }

    boolean areOf(PendingBatch batch) {
      return job.equals(batch.intent().job());
    }

    boolean areOfRun(PendingBatch batch) {
      return runId.equals(batch.intent().runId());
    }
  }

  /**
   * @param fence throws where this execution may not change anything any more, because another has
   *     taken the job's lock
   */
  public record Time(InstantSource clock, Waiter waiter, Runnable fence, RandomGenerator random) {}

  /** Waits, or does not. */
  public interface Waiter {
    /** False when the execution is to end, at once then. */
    boolean await(Duration time) throws InterruptedException;
  }

  BatchProvider provider(PendingBatch batch) {
    return providers
        .apply(batch.intent().target())
        .orElseThrow(() -> new IllegalStateException("No model of the job made " + batch.key()));
  }

  boolean knows(PendingBatch batch) {
    return providers.apply(batch.intent().target()).isPresent();
  }
}

package io.penstock.pipeline;

import io.penstock.batch.Desk;
import io.penstock.domain.FailureKind;
import io.penstock.inference.StopSignal;
import io.penstock.store.JobLock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** An execution's time for batches: waits end when it is interrupted. */
final class BatchTime {
  private final RunInterrupt interrupt;
  private final @Nullable JobLock lock;
  private final InstantSource clock = InstantSource.system();
  private final Instant begunAt = clock.instant();
  private final CountDownLatch interrupted = new CountDownLatch(1);

  BatchTime(RunInterrupt interrupt, @Nullable JobLock lock) {
    this.interrupt = interrupt;
    this.lock = lock;
  }

  /** Of what changes nothing. */
  static BatchTime unlocked() {
    return new BatchTime(new RunInterrupt(), null);
  }

  /**
   * @param waits told before each wait
   */
  Desk.Time ofDelivery(Runnable waits) {
    return new Desk.Time(
        clock,
        time -> {
          waits.run();
          return await(time);
        },
        this::requireLock,
        RandomGenerator.getDefault());
  }

  /** While it waits an interruption ends the wait, otherwise whatever is under way. */
  private boolean await(Duration time) throws InterruptedException {
    Runnable before;
    try {
      before = interrupt.enter(interrupted::countDown);
    } catch (RunInterruptedException e) {
      return false;
    }
    boolean isInterrupted = interrupted.await(time.toNanos(), TimeUnit.NANOSECONDS);
    if (!isInterrupted) {
      try {
        interrupt.enter(before);
      } catch (RunInterruptedException e) {
        return false;
      }
    }
    return !isInterrupted;
  }

  /** A suspended process may find that another goes on with the run. */
  private void requireLock() {
    if (lock == null
        || lock.isLost()
        || System.nanoTime() - lock.renewedNanos() > JobLock.LIFE.toNanos()) {
      throw new IllegalStateException(
          "the job's lock could not be renewed in time: another execution may go on with the run");
    }
  }

  Instant now() {
    return clock.instant();
  }

  Instant begunAt() {
    return begunAt;
  }

  /** Why the execution ends while batches go on; empty: it does not. */
  Optional<StopSignal.Cause> interrupted() {
    return interrupt
        .reason()
        .map(
            why ->
                new StopSignal.Cause(
                    FailureKind.NOT_ATTEMPTED,
                    why
                        + "; batches go on with their providers: run infer again to take in their answers"));
  }
}

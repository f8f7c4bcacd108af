package io.penstock.pipeline;

import io.penstock.batch.Desk;
import io.penstock.domain.FailureKind;
import io.penstock.inference.StopSignal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** An execution's time for batches: waits end when it is interrupted. */
final class BatchTime {
  private final RunInterrupt interrupt;
  private final InstantSource clock = InstantSource.system();
  private final Instant begunAt = clock.instant();
  private final CountDownLatch interrupted = new CountDownLatch(1);

  BatchTime(RunInterrupt interrupt) {
    this.interrupt = interrupt;
  }

  Desk.Time ofDelivery() {
    return new Desk.Time(clock, this::await, RandomGenerator.getDefault());
  }

  private boolean await(Duration time) throws InterruptedException {
    if (interrupt.reason().isEmpty()) {
      try {
        interrupt.enter(interrupted::countDown);
      } catch (RunInterruptedException e) {
        return false;
      }
      interrupted.await(time.toNanos(), TimeUnit.NANOSECONDS);
    }
    return interrupt.reason().isEmpty();
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

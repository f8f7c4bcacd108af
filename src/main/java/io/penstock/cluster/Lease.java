package io.penstock.cluster;

import io.penstock.cluster.Messages.RenewalReply;
import io.penstock.limit.Governor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An executor's right to start calls, good for a few seconds after each ask that was granted.
 * Counted from before the ask, so that it is over here no later than the driver believes.
 * Thread-safe; futures are completed outside the lock, by the executor given.
 */
final class Lease {
  static final Duration LIFE = Governor.LEASE_LIFE;

  private final LongSupplier nanoClock;
  private final Executor wakers;
  private final List<Waiter> waiters = new ArrayList<>();
  private long asks;
  private @Nullable String leasedRun;
  private long validUntilNanos;
  private @Nullable String stoppedRun;
  private @Nullable String stopReason;
  private @Nullable String closedReason;

  /**
   * One question to the driver.
   *
   * @param number counts up
   */
  record Ask(long number, long startedNanos) {}

  /**
   * @param asksBefore begun before it waited: their replies may not know its run yet
   */
  private record Waiter(String runId, long asksBefore, CompletableFuture<Void> leased) {}

  Lease(LongSupplier nanoClock, Executor wakers) {
    this.nanoClock = nanoClock;
    this.wakers = wakers;
  }

  /** To be called before the driver is asked. */
  synchronized Ask ask() {
    return new Ask(++asks, nanoClock.getAsLong());
  }

  synchronized long asksBegun() {
    return asks;
  }

  synchronized boolean hasWaiters() {
    return !waiters.isEmpty();
  }

  /** See {@link ExecutorAgent#whenLeased}. */
  synchronized CompletableFuture<Void> whenLeased(String runId) {
    if (closedReason != null) {
      return CompletableFuture.failedFuture(new CallsStoppedException(closedReason));
    }
    if (runId.equals(stoppedRun)) {
      return CompletableFuture.failedFuture(stopped(runId));
    }
    if (isValid(runId)) {
      return CompletableFuture.completedFuture(null);
    }
    Waiter waiter = new Waiter(runId, asks, new CompletableFuture<>());
    waiters.add(waiter);
    return waiter.leased();
  }

  /** The driver's word. A refusal ends the lease at once. */
  synchronized void answered(Ask ask, RenewalReply reply) {
    leasedRun = reply.granted() ? reply.runId() : null;
    validUntilNanos = ask.startedNanos() + LIFE.toNanos();
    stoppedRun = reply.stopReason() == null ? null : reply.runId();
    stopReason = reply.stopReason();
    wake(waiter -> outcome(waiter, ask, reply));
  }

  /** Fails all that wait, now and later. */
  synchronized void close(String reason) {
    closedReason = reason;
    leasedRun = null;
    wake(waiter -> failure(waiter, new CallsStoppedException(reason)));
  }

  /** In one go: a thread for each waiter would be thousands. */
  private void wake(Function<Waiter, @Nullable Runnable> outcomeOf) {
    List<Runnable> outcomes = new ArrayList<>();
    for (Iterator<Waiter> each = waiters.iterator(); each.hasNext(); ) {
      Waiter waiter = each.next();
      Runnable outcome = outcomeOf.apply(waiter);
      if (outcome != null) {
        outcomes.add(outcome);
      }
      if (outcome != null || waiter.leased().isDone()) {
        each.remove();
      }
    }
    if (!outcomes.isEmpty()) {
      wakers.execute(() -> outcomes.forEach(Runnable::run));
    }
  }

  /** Null while it has to wait on. */
  private @Nullable Runnable outcome(Waiter waiter, Ask ask, RenewalReply reply) {
    String runId = waiter.runId();
    if (isValid(runId)) {
      return () -> waiter.leased().complete(null);
    }
    if (runId.equals(stoppedRun)) {
      return failure(waiter, stopped(runId));
    }
    if (ask.number() > waiter.asksBefore() && !runId.equals(reply.runId())) {
      return failure(waiter, new CallsStoppedException("Run " + runId + " is over at the driver"));
    }
    return null;
  }

  private boolean isValid(String runId) {
    return runId.equals(leasedRun) && nanoClock.getAsLong() - validUntilNanos < 0;
  }

  private CallsStoppedException stopped(String runId) {
    return new CallsStoppedException(
        "Run " + runId + " is stopped: " + Objects.requireNonNull(stopReason));
  }

  private static Runnable failure(Waiter waiter, CallsStoppedException why) {
    return () -> waiter.leased().completeExceptionally(why);
  }
}

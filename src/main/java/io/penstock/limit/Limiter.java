package io.penstock.limit;

import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;

/**
 * Hands out permits, first come first served: one for each call that may be under way. Thread-safe;
 * futures are completed outside the lock, on a thread that freed a place.
 *
 * <p>A holder that waits before it tries again suspends its permit, so that others use the place,
 * and goes before them when it resumes. Suspended ones count for admission: at most twice the limit
 * are admitted at a time, so that a provider that refuses everything does not draw in ever more.
 */
public final class Limiter {
  /** Admitted at most, suspended ones included, as a multiple of the limit. */
  private static final int ADMISSION_FACTOR = 2;

  private final Object lock = new Object();
  private final ArrayDeque<Waiter> resuming = new ArrayDeque<>();
  private final ArrayDeque<Waiter> arriving = new ArrayDeque<>();
  private final ArrayDeque<Waiter> granted = new ArrayDeque<>();
  private boolean delivering;
  private final int limit;
  private int inFlight;
  private int suspended;
  private int peakInFlight;

  private record Waiter(Permit permit, CompletableFuture<Permit> granted) {}

  /**
   * @param limit at least 1
   */
  public Limiter(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("A limit must be at least 1, is " + limit);
    }
    this.limit = limit;
  }

  /** Completes when a place is free; the permit must be closed. */
  public CompletableFuture<Permit> acquire() {
    Waiter waiter = new Waiter(new Permit(), new CompletableFuture<>());
    change(() -> arriving.add(waiter));
    return waiter.granted();
  }

  public int inFlight() {
    synchronized (lock) {
      return inFlight;
    }
  }

  /** The most that were in flight at once so far. */
  public int peakInFlight() {
    synchronized (lock) {
      return peakInFlight;
    }
  }

  private void change(Runnable update) {
    synchronized (lock) {
      update.run();
      grant();
      if (delivering) {
        return;
      }
      delivering = true;
    }
    deliver();
  }

  /**
   * One after the other, whatever the waiters do next: a grant that frees a place must not nest.
   */
  private void deliver() {
    while (true) {
      Waiter waiter;
      synchronized (lock) {
        waiter = granted.poll();
        delivering = waiter != null;
      }
      if (waiter == null) {
        return;
      }
      waiter.granted().complete(waiter.permit());
    }
  }

  private void grant() {
    while (inFlight < limit && !resuming.isEmpty()) {
      suspended--;
      granted.add(takePlace(resuming.remove()));
    }
    while (inFlight < limit
        && inFlight + suspended < ADMISSION_FACTOR * limit
        && !arriving.isEmpty()) {
      granted.add(takePlace(arriving.remove()));
    }
  }

  private Waiter takePlace(Waiter waiter) {
    waiter.permit().state = State.IN_FLIGHT;
    inFlight++;
    peakInFlight = Math.max(peakInFlight, inFlight);
    return waiter;
  }

  private enum State {
    WAITING,
    IN_FLIGHT,
    SUSPENDED,
    CLOSED
  }

  /** The right to have one call under way. Closing twice is harmless. */
  public final class Permit implements AutoCloseable {
    private State state = State.WAITING;

    private Permit() {}

    /** Frees the place while its holder waits. */
    public void suspend() {
      change(
          () -> {
            require(State.IN_FLIGHT);
            state = State.SUSPENDED;
            inFlight--;
            suspended++;
          });
    }

    /** Asks for a place again, before all that arrive; completes with this permit. */
    public CompletableFuture<Permit> resume() {
      Waiter waiter = new Waiter(this, new CompletableFuture<>());
      change(
          () -> {
            require(State.SUSPENDED);
            resuming.add(waiter);
          });
      return waiter.granted();
    }

    @Override
    public void close() {
      change(
          () -> {
            inFlight -= state == State.IN_FLIGHT ? 1 : 0;
            suspended -= state == State.SUSPENDED ? 1 : 0;
            resuming.removeIf(waiter -> waiter.permit() == this);
            state = State.CLOSED;
          });
    }

    private void require(State expected) {
      if (state != expected) {
        throw new IllegalStateException("A permit is " + state + ", must be " + expected);
      }
    }
  }
}

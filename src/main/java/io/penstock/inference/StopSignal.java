package io.penstock.inference;

import io.penstock.domain.FailureKind;
import java.io.Serializable;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Tells everybody in a JVM that no further call may start, and why. Thread-safe; the first cause
 * stays.
 */
public final class StopSignal {
  /**
   * @param message for people, keys masked
   */
  public record Cause(FailureKind kind, String message) implements Serializable {}

  private final AtomicReference<Cause> cause = new AtomicReference<>();
  private final Set<Runnable> listeners = ConcurrentHashMap.newKeySet();
  private final CountDownLatch stopped = new CountDownLatch(1);

  public void stop(Cause why) {
    if (cause.compareAndSet(null, why)) {
      stopped.countDown();
      listeners.forEach(Runnable::run);
    }
  }

  /** Blocks for the duration, or until the stop. */
  public void await(Duration duration) throws InterruptedException {
    stopped.await(duration.toNanos(), TimeUnit.NANOSECONDS);
  }

  public boolean isStopped() {
    return cause.get() != null;
  }

  public Optional<Cause> cause() {
    return Optional.ofNullable(cause.get());
  }

  /** Runs the listener at the stop, at once if that has been; it may run twice. */
  public void listen(Runnable listener) {
    listeners.add(listener);
    if (isStopped()) {
      listener.run();
    }
  }

  void forget(Runnable listener) {
    listeners.remove(listener);
  }
}

package io.penstock.limit;

import java.time.Duration;

/** Time as a parameter, so that tests can turn it by hand. Thread-safe. */
public interface Scheduler {
  /** A monotonic clock's reading, in nanoseconds; only differences mean anything. */
  long nanoTime();

  /** Runs the action once the delay is over, on another thread. */
  void after(Duration delay, Runnable action);
}

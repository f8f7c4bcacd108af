package io.penstock.slow;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for what other processes do. */
final class Await {
  private static final Duration PAUSE = Duration.ofMillis(50);

  private Await() {}

  /** What is waited for. */
  @FunctionalInterface
  interface Condition {
    boolean holds() throws IOException;
  }

  /**
   * @param what completes "waited for"
   * @throws IllegalStateException when the limit has passed
   */
  static void until(String what, Duration limit, Condition condition) throws IOException {
    long start = System.nanoTime();
    while (!condition.holds()) {
      if (System.nanoTime() - start > limit.toNanos()) {
        throw new IllegalStateException("Waited " + limit.toSeconds() + " s in vain for " + what);
      }
      pause(PAUSE);
    }
  }

  static void pause(Duration pause) {
    LockSupport.parkNanos(pause.toNanos());
  }
}

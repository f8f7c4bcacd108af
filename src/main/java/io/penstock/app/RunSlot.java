package io.penstock.app;

import io.penstock.pipeline.InvalidInputException;
import org.jspecify.annotations.Nullable;

/**
 * The right to run a job in this JVM: the calls of one at a time, since driver and executors know
 * one run. A notebook has several threads; two of them may try.
 */
final class RunSlot implements AutoCloseable {
  private static @Nullable String underWay;

  private boolean closed;

  private RunSlot() {}

  /**
   * @throws InvalidInputException when another job is under way here
   */
  static RunSlot take(String job) {
    synchronized (RunSlot.class) {
      if (underWay != null) {
        throw new InvalidInputException(
            "job %s is under way in this process, and a Spark session makes the calls of one job at a time: run %s after it, or with --wait-for-lock"
                .formatted(underWay, job));
      }
      underWay = job;
      return new RunSlot();
    }
  }

  static RunSlot await(String job) throws InterruptedException {
    synchronized (RunSlot.class) {
      while (underWay != null) {
        RunSlot.class.wait();
      }
      return take(job);
    }
  }

  @Override
  public void close() {
    synchronized (RunSlot.class) {
      if (!closed) {
        closed = true;
        underWay = null;
        RunSlot.class.notifyAll();
      }
    }
  }
}

package io.penstock.pipeline;

import io.penstock.limit.Scheduler;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The JVM's own clock and one timer thread. */
final class RunClock implements Scheduler, Executor, AutoCloseable {
  /** What is asked of it once it is closed is of no use to anybody. */
  private final ScheduledExecutorService timer =
      new ScheduledThreadPoolExecutor(
          1,
          task -> {
            Thread thread = new Thread(task, "penstock-retries");
            thread.setDaemon(true);
            return thread;
          },
          new ThreadPoolExecutor.DiscardPolicy());

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public void after(Duration delay, Runnable action) {
    timer.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Runs it on the timer's thread, soon. */
  @Override
  public void execute(Runnable action) {
    timer.execute(action);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}

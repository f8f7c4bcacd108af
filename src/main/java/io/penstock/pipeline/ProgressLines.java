package io.penstock.pipeline;

import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Says every few seconds how far the calls are. It reads the counters of this JVM, which are all
 * there are while the master is local.
 */
final class ProgressLines implements AutoCloseable {
  private static final long PERIOD_SECONDS = 5;

  private final RunConsole console;
  private final long requests;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "penstock-progress");
            thread.setDaemon(true);
            return thread;
          });

  ProgressLines(RunConsole console, long requests) {
    this.console = console;
    this.requests = requests;
    timer.scheduleAtFixedRate(this::sayProgress, PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
  }

  private void sayProgress() {
    ExecutorRuntime.currentCounters().map(this::line).ifPresent(console::say);
  }

  private String line(RunCounters now) {
    long done = now.answered() + now.failed();
    double seconds = Math.max(0.001, (System.currentTimeMillis() - now.firstCallMillis()) / 1000.0);
    return String.format(
            Locale.ROOT,
            "calls: %,d of %,d done (%,d failed), %.1f requests/s, %,d attempts failed",
            done,
            requests,
            now.failed(),
            done / seconds,
            now.failedAttempts())
        + now.lastFailure().map(kind -> ", the last one with " + kind).orElse("");
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}

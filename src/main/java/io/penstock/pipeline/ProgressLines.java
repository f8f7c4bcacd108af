package io.penstock.pipeline;

import io.penstock.cluster.Counts;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Says every few seconds how far the calls are, as the executors tell it. */
final class ProgressLines implements AutoCloseable {
  private static final long PERIOD_SECONDS = 5;

  private final RunConsole console;
  private final Supplier<Counts> counts;
  private final long requests;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "penstock-progress");
            thread.setDaemon(true);
            return thread;
          });

  ProgressLines(RunConsole console, Supplier<Counts> counts, long requests) {
    this.console = console;
    this.counts = counts;
    this.requests = requests;
    timer.scheduleAtFixedRate(this::sayProgress, PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
  }

  private void sayProgress() {
    Counts now = counts.get();
    if (now.firstCallMillis() != Long.MAX_VALUE) {
      console.say(line(now));
    }
  }

  private String line(Counts now) {
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
        + (now.lastFailure() == null ? "" : ", the last one with " + now.lastFailure());
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}

package io.penstock.pipeline;

import java.util.Locale;
import java.util.Optional;
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
    Optional<RunCounters> counters = ExecutorRuntime.currentCounters();
    counters.ifPresent(
        now ->
            console.say(
                line(
                    now.answered(),
                    now.failed(),
                    now.retries(),
                    secondsSince(now.firstCallMillis()))));
  }

  private static double secondsSince(long firstCallMillis) {
    return Math.max(0.001, (System.currentTimeMillis() - firstCallMillis) / 1000.0);
  }

  private String line(long answered, long failed, long retries, double seconds) {
    return String.format(
        Locale.ROOT,
        "calls: %,d of %,d done (%,d failed, %,d retries), %.1f requests/s",
        answered + failed,
        requests,
        failed,
        retries,
        (answered + failed) / seconds);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}

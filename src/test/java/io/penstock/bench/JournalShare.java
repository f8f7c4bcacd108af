package io.penstock.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Follows the processor time of the journal's writing thread, which ends with the run: looks at it
 * every few milliseconds and keeps the last reading.
 */
final class JournalShare {
  private static final String THREAD = "penstock-journal";
  private static final long PERIOD_MILLIS = 20;

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private volatile long nanos;

  JournalShare() {
    timer.scheduleAtFixedRate(this::look, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void look() {
    for (long id : threads.getAllThreadIds()) {
      var thread = threads.getThreadInfo(id);
      if (thread != null && thread.getThreadName().equals(THREAD)) {
        nanos = Math.max(nanos, threads.getThreadCpuTime(id));
      }
    }
  }

  /** Ends looking; in words, beside the whole. */
  String of(long processNanos) {
    timer.shutdownNow();
    return "journal: %.0f of %.0f ms processor time, %.1f %%"
        .formatted(nanos / 1e6, processNanos / 1e6, 100.0 * nanos / processNanos);
  }
}

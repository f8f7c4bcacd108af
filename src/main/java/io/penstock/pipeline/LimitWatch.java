package io.penstock.pipeline;

import io.penstock.limit.Governor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at a governor every few seconds, on a thread of its own: keeps the {@link LimitHistory},
 * and says which limit makes calls wait.
 */
final class LimitWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LimitWatch.class);

  private static final long PERIOD_SECONDS = 5;

  private final LimitHistory history;
  private final LongWaits waits;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "penstock-limits");
            thread.setDaemon(true);
            return thread;
          });
  private boolean closed;

  private LimitWatch(LimitHistory history, LongWaits waits) {
    this.history = history;
    this.waits = waits;
    timer.scheduleAtFixedRate(this::lookOrReport, PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
  }

  /** At the driver, of the whole execution. */
  static LimitWatch ofAll(Governor governor, RuntimeSettings.RunPlace place, Consumer<String> say) {
    return of(governor, execution(place), place, say);
  }

  /** Of one executor that governs by itself, while it has tasks. */
  static LimitWatch ofOne(Governor governor, String executorId, RuntimeSettings.RunPlace place) {
    String name = execution(place) + "-" + executorId + "-" + System.currentTimeMillis();
    return of(governor, name, place, LOG::warn);
  }

  private static String execution(RuntimeSettings.RunPlace place) {
    return new Path(place.missesPath()).getName();
  }

  private static LimitWatch of(
      Governor governor, String name, RuntimeSettings.RunPlace place, Consumer<String> say) {
    return new LimitWatch(
        new LimitHistory(governor, name, place, System.nanoTime()), new LongWaits(governor, say));
  }

  private void lookOrReport() {
    try {
      look();
    } catch (RuntimeException e) {
      LOG.warn("The limits could not be looked at; looking on", e); // the timer would stop for good
    }
  }

  private synchronized void look() {
    if (!closed) {
      waits.look();
      history.look(System.nanoTime());
    }
  }

  /** Writes the history to its end. */
  @Override
  public synchronized void close() {
    closed = true;
    timer.shutdown();
    history.finish();
  }
}

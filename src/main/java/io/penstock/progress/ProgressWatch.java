package io.penstock.progress;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Looks at an execution every second, on a thread of its own: shows it, and keeps its {@link
 * Timeline}.
 */
public final class ProgressWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProgressWatch.class);

  private static final long PERIOD_SECONDS = 1;

  /** Where nobody looks at a terminal a line comes so often, and the file is replaced. */
  static final Duration LINE_INTERVAL = Duration.ofSeconds(30);

  private final RunProgress progress;
  private final Timeline timeline;
  private final Screen screen;
  private final Shelf shelf;
  private final LongSupplier nanoClock;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "penstock-progress");
            thread.setDaemon(true);
            return thread;
          });
  private final Map<String, String> context =
      Optional.ofNullable(MDC.getCopyOfContextMap()).orElse(Map.of());
  private long saidNanos;
  private boolean isUnwritable;
  private boolean closed;

  /** Where people see it. */
  public interface Screen {
    /** Whether {@link #show} replaces what it showed before. */
    boolean isLive();

    /** Nothing is shown any more where there are no lines. */
    void show(List<String> lines);

    void say(String line);
  }

  /** Keeps the timeline's JSON, replaced each time. */
  @FunctionalInterface
  public interface Shelf {
    void put(String json) throws IOException;
  }

  /** Without a thread that looks. */
  ProgressWatch(
      RunProgress progress, Timeline timeline, Screen screen, Shelf shelf, LongSupplier nanoClock) {
    this.progress = progress;
    this.timeline = timeline;
    this.screen = screen;
    this.shelf = shelf;
    this.nanoClock = nanoClock;
    this.saidNanos = nanoClock.getAsLong();
  }

  /** Looks until it is closed. */
  public static ProgressWatch start(
      RunProgress progress, Timeline timeline, Screen screen, Shelf shelf) {
    ProgressWatch watch = new ProgressWatch(progress, timeline, screen, shelf, System::nanoTime);
    watch.timer.scheduleAtFixedRate(
        watch::lookOrReport, PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
    return watch;
  }

  private void lookOrReport() {
    MDC.setContextMap(context);
    try {
      look();
    } catch (RuntimeException e) {
      LOG.warn("The progress could not be shown; looking on", e); // the timer would stop for good
    }
  }

  synchronized void look() {
    if (closed) {
      return;
    }
    RunState state = progress.state();
    if (progress.isTold()) {
      timeline.add(state);
    }
    if (screen.isLive()) {
      screen.show(ProgressText.block(state));
    }
    long now = nanoClock.getAsLong();
    if (now - saidNanos >= LINE_INTERVAL.toNanos()) {
      saidNanos = now;
      if (!screen.isLive()) {
        screen.say(ProgressText.line(state));
      }
      put();
    }
  }

  /** So that what reads the run folder now sees all of it. */
  public synchronized void write() {
    timeline.end(progress.state());
    put();
  }

  private void put() {
    if (!progress.isTold()) {
      return;
    }
    try {
      shelf.put(timeline.toJson());
      isUnwritable = false;
    } catch (IOException e) {
      // no reason to give up a run that was paid
      if (!isUnwritable) {
        LOG.warn("The timeline could not be written", e);
      }
      isUnwritable = true;
    }
  }

  /** Takes away what it showed. */
  @Override
  public synchronized void close() {
    closed = true;
    timer.shutdownNow();
    if (screen.isLive()) {
      screen.show(List.of());
    }
  }
}

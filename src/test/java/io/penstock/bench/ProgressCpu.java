package io.penstock.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** What of a job's processor time goes into looking at it. */
final class ProgressCpu implements Measurement {
  private static final int IN_FLIGHT = 64;
  private static final int REQUESTS = 6_400;
  private static final String THREAD = "penstock-progress";
  private static final long LOOK_MILLIS = 200;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  @Override
  public String measure(Path folder) throws IOException, InterruptedException {
    try (SimulatorProcess simulator = SimulatorProcess.start("--latency", "fixed:500ms")) {
      RunningJob job =
          RunningJob.start(new PenstockJob(), new Prompts(REQUESTS, IN_FLIGHT), simulator, folder);
      long processBefore = ProcessCpu.nanos();
      long progressBefore = progressNanos();
      long process = 0;
      long progress = 0;
      while (simulator.stats().path("ok").asLong() < REQUESTS && !job.isOver()) {
        process = ProcessCpu.nanos() - processBefore;
        progress = progressNanos() - progressBefore;
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      }
      job.awaitEnd();
      return String.format(
          Locale.ROOT,
          "progress of %,d requests of 0.5 s, %d in flight: %.0f ms of %.1f s processor time while they are called: %.2f %%",
          REQUESTS,
          IN_FLIGHT,
          progress / 1e6,
          process / 1e9,
          100.0 * progress / process);
    }
  }

  private static long progressNanos() {
    for (ThreadInfo thread : THREADS.dumpAllThreads(false, false, 0)) {
      if (thread.getThreadName().equals(THREAD)) {
        return THREADS.getThreadCpuTime(thread.getThreadId());
      }
    }
    throw new IllegalStateException("No thread looks at the progress");
  }
}

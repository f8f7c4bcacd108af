package io.penstock.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** What this JVM's heap holds: every five seconds it is collected as a whole and looked at. */
final class LiveHeap implements AutoCloseable {
  private static final int INTERVAL_SECONDS = 5;

  private final ScheduledExecutorService looks =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "live-heap");
            thread.setDaemon(true);
            return thread;
          });
  private final List<Look> seen = new ArrayList<>();

  private LiveHeap() {}

  /**
   * @param millis of the epoch
   */
  record Look(long millis, long bytes) {}

  static LiveHeap watch() {
    LiveHeap heap = new LiveHeap();
    heap.looks.scheduleWithFixedDelay(heap::look, 0, INTERVAL_SECONDS, TimeUnit.SECONDS);
    return heap;
  }

  private synchronized void look() {
    System.gc();
    long used =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .map(MemoryPoolMXBean::getCollectionUsage)
            .mapToLong(usage -> usage == null ? 0 : usage.getUsed())
            .sum();
    seen.add(new Look(System.currentTimeMillis(), used));
  }

  synchronized List<Look> seen() {
    return List.copyOf(seen);
  }

  @Override
  public void close() {
    looks.shutdownNow();
  }
}

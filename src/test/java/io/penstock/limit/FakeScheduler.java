package io.penstock.limit;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** A clock that is turned by hand; what is due runs on the thread that turns it. */
public final class FakeScheduler implements Scheduler {
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(Comparator.comparingLong(Timer::dueNanos));
  private long nowNanos = 1_000_000_007; // a monotonic clock begins anywhere

  private record Timer(long dueNanos, Runnable action) {}

  @Override
  public long nanoTime() {
    return nowNanos;
  }

  @Override
  public void after(Duration delay, Runnable action) {
    timers.add(new Timer(nowNanos + delay.toNanos(), action));
  }

  public int waiting() {
    return timers.size();
  }

  public void advance(Duration duration) {
    long until = nowNanos + duration.toNanos();
    while (!timers.isEmpty() && timers.peek().dueNanos() <= until) {
      Timer timer = timers.remove();
      nowNanos = timer.dueNanos();
      timer.action().run();
    }
    nowNanos = until;
  }
}

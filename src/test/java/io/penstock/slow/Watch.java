package io.penstock.slow;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Notes the simulator's figures every few hundredths of a second. Confined to one thread. */
final class Watch {
  private static final Duration PAUSE = Duration.ofMillis(20);

  private final Lab lab;
  private final List<Sample> samples = new ArrayList<>();

  Watch(Lab lab) {
    this.lab = lab;
  }

  private record Sample(long nanos, Bill bill) {}

  /** Notes them once. */
  Bill look() throws IOException {
    Sample sample = new Sample(System.nanoTime(), lab.bill());
    samples.add(sample);
    return sample.bill();
  }

  /** Notes them while the condition holds, but not longer than the limit. */
  void lookWhile(BooleanSupplier goesOn, Duration limit) throws IOException {
    long start = System.nanoTime();
    while (goesOn.getAsBoolean() && System.nanoTime() - start < limit.toNanos()) {
      look();
      Await.pause(PAUSE);
    }
  }

  /**
   * The most requests in flight from a moment on, the last note before it included.
   *
   * @param nanos by {@link System#nanoTime()}
   */
  int inFlightSince(long nanos) {
    int first = samples.indexOf(lastBefore(nanos));
    return samples.stream()
        .skip(first)
        .mapToInt(sample -> sample.bill().inFlight())
        .max()
        .orElse(0);
  }

  /** Answers delivered in the time up to a moment; rather a few of those before it, too. */
  long answersIn(Duration window, long nanos) {
    return firstFrom(nanos).bill().ok() - lastBefore(nanos - window.toNanos()).bill().ok();
  }

  private Sample lastBefore(long nanos) {
    Sample last = samples.get(0);
    for (Sample sample : samples) {
      if (sample.nanos() < nanos) {
        last = sample;
      }
    }
    return last;
  }

  private Sample firstFrom(long nanos) {
    return samples.stream()
        .filter(sample -> sample.nanos() >= nanos)
        .findFirst()
        .orElse(samples.get(samples.size() - 1));
  }
}

package io.penstock.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;

/**
 * When a job cut, sent and harvested its batches, told by the descriptions of its Spark jobs. Spark
 * makes the listener by its name, so what it found is static: of one job in this JVM.
 */
public final class BatchPhases extends SparkListener {
  private static final List<Interval> FOUND = new ArrayList<>();

  private final Map<Integer, SparkListenerJobStart> running = new ConcurrentHashMap<>();

  /** What a job does, in the order in which it begins with it. */
  enum Phase {
    READ,
    CUT,
    SEND,
    WAIT,
    HARVEST,
    RESULTS
  }

  /** Times are epoch milliseconds. */
  private record Interval(String description, long from, long to) {
    boolean is(Phase phase) {
      return switch (phase) {
        case CUT -> description.startsWith("infer: cutting");
        case SEND ->
            description.startsWith("infer: uploading") || description.startsWith("infer: creating");
        case HARVEST -> description.startsWith("infer: bringing in");
        default -> false;
      };
    }

    long millis() {
      return to - from;
    }
  }

  @Override
  public void onJobStart(SparkListenerJobStart start) {
    running.put(start.jobId(), start);
  }

  @Override
  public void onJobEnd(SparkListenerJobEnd end) {
    SparkListenerJobStart start = running.remove(end.jobId());
    String description = start.properties().getProperty("spark.job.description", "");
    synchronized (FOUND) {
      FOUND.add(new Interval(description, start.time(), end.time()));
    }
  }

  /**
   * At a moment of a job that has ended.
   *
   * @param millis of the epoch
   */
  static Phase at(long millis) {
    if (millis < begin(Phase.CUT)) {
      return Phase.READ;
    }
    if (millis < begin(Phase.SEND)) {
      return Phase.CUT;
    }
    if (millis > end(Phase.HARVEST)) {
      return Phase.RESULTS;
    }
    return Stream.of(Phase.SEND, Phase.HARVEST)
        .filter(phase -> of(phase).anyMatch(one -> one.from() <= millis && millis <= one.to()))
        .findFirst()
        .orElse(Phase.WAIT);
  }

  /**
   * How long a job that has ended did so.
   *
   * @param from the job's begin
   * @param to its end
   */
  static double seconds(Phase phase, long from, long to) {
    long sent = of(Phase.SEND).mapToLong(Interval::millis).sum();
    long harvested = of(Phase.HARVEST).mapToLong(Interval::millis).sum();
    long millis =
        switch (phase) {
          case READ -> begin(Phase.CUT) - from;
          case CUT -> begin(Phase.SEND) - begin(Phase.CUT);
          case SEND -> sent;
          case WAIT -> end(Phase.HARVEST) - begin(Phase.SEND) - sent - harvested;
          case HARVEST -> harvested;
          case RESULTS -> to - end(Phase.HARVEST);
        };
    return millis / 1e3;
  }

  private static long begin(Phase phase) {
    return of(phase).mapToLong(Interval::from).min().orElseThrow();
  }

  private static long end(Phase phase) {
    return of(phase).mapToLong(Interval::to).max().orElseThrow();
  }

  private static Stream<Interval> of(Phase phase) {
    synchronized (FOUND) {
      return List.copyOf(FOUND).stream().filter(one -> one.is(phase));
    }
  }
}

package io.penstock.progress;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.penstock.cluster.Counts;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * An execution's calls over time, of at most {@link #MOST_POINTS} points however long it lasts.
 * Confined to one thread.
 */
public final class Timeline {
  /** Charts show no more. */
  static final int MOST_POINTS = 600;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
          .build();

  private final Instant started;
  private final List<Point> points = new ArrayList<>();
  private double stepSeconds;

  /**
   * Counts since the execution's begin, and what was under way at that moment.
   *
   * @param seconds since the execution's begin
   * @param attempts HTTP requests that have ended
   */
  public record Point(
      double seconds,
      long answered,
      long failed,
      long attempts,
      long failedAttempts,
      long rateLimited,
      long inputTokens,
      long outputTokens,
      BigDecimal spentUsd,
      int inFlight,
      int limit) {}

  private record Series(String started, List<Point> points) {}

  public Timeline(Instant started) {
    this.started = started;
  }

  /**
   * Every other point goes where there are too many. While nothing changes there are two points:
   * the first and the last.
   */
  public void add(RunState state) {
    Point point = point(state);
    if (points.size() > 1 && isSame(point, last(1)) && isSame(point, last(2))) {
      points.set(points.size() - 1, point);
      return;
    }
    if (points.isEmpty() || point.seconds() - last(1).seconds() >= stepSeconds) {
      points.add(point);
    }
    if (points.size() > MOST_POINTS) {
      thin();
    }
  }

  /** As it ended, whenever the point before was. */
  public void end(RunState state) {
    points.add(point(state));
  }

  private void thin() {
    List<Point> kept = new ArrayList<>();
    for (int i = 0; i < points.size(); i += 2) {
      kept.add(points.get(i));
    }
    points.clear();
    points.addAll(kept);
    stepSeconds = 2 * Math.max(stepSeconds, 1);
  }

  private Point last(int back) {
    return points.get(points.size() - back);
  }

  private static boolean isSame(Point one, Point other) {
    return one.attempts() == other.attempts()
        && one.inFlight() == other.inFlight()
        && one.limit() == other.limit()
        && one.spentUsd().equals(other.spentUsd());
  }

  /** Between calls the limit is the last that there was. */
  private Point point(RunState state) {
    Counts counts = state.counts();
    boolean isIdle = state.accounts().isEmpty() && !points.isEmpty();
    return new Point(
        state.age().toMillis() / 1000.0,
        counts.answered(),
        counts.failed(),
        counts.attempts().sent(),
        counts.attempts().failed(),
        counts.attempts().rateLimited(),
        counts.bought().inputTokens(),
        counts.bought().outputTokens(),
        counts.bought().spentUsd(),
        state.inFlight(),
        isIdle ? last(1).limit() : state.limit());
  }

  List<Point> points() {
    return List.copyOf(points);
  }

  public String toJson() {
    try {
      return JSON.writeValueAsString(new Series(started.toString(), points)) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Plain values could not be written as JSON", e);
    }
  }
}

package io.penstock.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one execution over time: rates between points whose counts only grow, in at most
 * {@link #MOST} steps. What a file lacks counts as 0, of momentary figures as unknown.
 */
final class TimelineSteps {
  static final int MOST = 120;

  private final List<JsonNode> points;
  private final List<Step> steps = new ArrayList<>();

  /**
   * From the step before to {@code seconds}.
   *
   * @param requestsPerSecond that ended, answered or not
   * @param tokensPerMinute input and output together
   * @param inFlight the most that was seen; null: not known
   * @param limit the last one; null: not known
   * @param rateLimited HTTP requests that were refused with 429
   * @param spentUsd since the execution began
   */
  record Step(
      double seconds,
      double requestsPerSecond,
      double tokensPerMinute,
      @Nullable Long inFlight,
      @Nullable Long limit,
      long rateLimited,
      BigDecimal spentUsd) {}

  private TimelineSteps(List<JsonNode> points) {
    this.points = points;
  }

  /**
   * @param timeline a file of {@code timeline/}
   * @return none where nothing was called
   */
  static List<Step> of(JsonNode timeline) {
    List<JsonNode> points =
        StreamSupport.stream(timeline.path("points").spliterator(), false)
            .filter(point -> point.path("seconds").isNumber())
            .sorted(Comparator.comparingDouble(TimelineSteps::seconds))
            .toList();
    TimelineSteps steps = new TimelineSteps(points);
    if (steps.hasCalls()) {
      steps.walk();
    }
    return steps.steps;
  }

  private boolean hasCalls() {
    return points.stream()
        .anyMatch(point -> point.path("attempts").asLong() + point.path("answered").asLong() > 0);
  }

  private void walk() {
    double least = seconds(points.get(points.size() - 1)) / MOST;
    int begin = 0; // of the points that are not in a step yet
    JsonNode before = null;
    for (int i = 0; i < points.size(); i++) {
      JsonNode point = points.get(i);
      double from = before == null ? 0 : seconds(before);
      boolean isLong = seconds(point) > from && seconds(point) - from >= least * (1 - 1e-9);
      boolean isLast = i == points.size() - 1;
      boolean isBeforePause = !isLast && seconds(points.get(i + 1)) - seconds(point) >= least;
      isLong |= isBeforePause && seconds(point) > from;
      if (isLong || (isLast && seconds(point) > from)) {
        steps.add(step(before, points.subList(begin, i + 1)));
        before = point;
        begin = i + 1;
      }
    }
  }

  /**
   * @param before null: the calls' start, when all was 0
   */
  private static Step step(@Nullable JsonNode before, List<JsonNode> points) {
    JsonNode last = points.get(points.size() - 1);
    double time = seconds(last) - (before == null ? 0 : seconds(before));
    double ended = grown(before, last, "answered") + grown(before, last, "failed");
    double tokens = grown(before, last, "input_tokens") + grown(before, last, "output_tokens");
    return new Step(
        rounded(seconds(last)),
        rounded(ended / time),
        rounded(60 * tokens / time),
        most(points, "in_flight"),
        last.path("limit").isNumber() ? last.path("limit").asLong() : null,
        Math.round(grown(before, last, "rate_limited")),
        RunSummary.exact(last.path("spent_usd").decimalValue()));
  }

  /** Never below 0: what a lost executor had counted may be missing later. */
  private static double grown(@Nullable JsonNode before, JsonNode last, String key) {
    double was = before == null ? 0 : before.path(key).asDouble();
    return Math.max(0, last.path(key).asDouble() - was);
  }

  private static @Nullable Long most(List<JsonNode> points, String key) {
    return points.stream()
        .map(point -> point.path(key))
        .filter(JsonNode::isNumber)
        .map(JsonNode::asLong)
        .max(Comparator.naturalOrder())
        .orElse(null);
  }

  private static double seconds(JsonNode point) {
    return point.path("seconds").asDouble();
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}

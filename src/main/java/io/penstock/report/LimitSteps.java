package io.penstock.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How limits changed in one execution, as {@code limits/} has it: all changes where they are few,
 * else of the many steps of growth as many as there is room for, evenly.
 */
final class LimitSteps {
  static final int MOST = 300;

  private LimitSteps() {}

  /**
   * @param seconds since the first change of the execution
   */
  record Step(double seconds, String at, String account, int limit, String why, int inFlight) {}

  /**
   * @param dropped changes that are not among the steps
   */
  record Steps(List<Step> steps, int dropped) {}

  /**
   * @param changes a file of {@code limits/}
   */
  static Steps of(JsonNode changes) {
    List<Step> all = new ArrayList<>();
    Instant first = null;
    for (JsonNode change : changes) {
      Instant at = instant(change.path("at").asText());
      if (at != null) {
        first = first == null ? at : first;
        all.add(step(change, at, first));
      }
    }
    List<Step> kept = thinned(all);
    return new Steps(kept, all.size() - kept.size());
  }

  private static Step step(JsonNode change, Instant at, Instant first) {
    return new Step(
        Duration.between(first, at).toMillis() / 1000.0,
        at.toString(),
        change.path("account").asText(),
        change.path("limit").asInt(),
        change.path("why").asText(),
        change.path("in_flight").asInt());
  }

  private static List<Step> thinned(List<Step> all) {
    if (all.size() <= MOST) {
      return all;
    }
    List<Integer> growth = new ArrayList<>();
    Set<Integer> kept = new TreeSet<>();
    for (int i = 0; i < all.size(); i++) {
      (all.get(i).why().equals("growth") ? growth : kept).add(i);
    }
    keepEvenly(growth, Math.max(1, MOST - kept.size()), kept);
    List<Integer> places = new ArrayList<>(kept);
    kept.clear();
    keepEvenly(places, MOST, kept); // there may be as many cuts
    return kept.stream().map(all::get).toList();
  }

  private static void keepEvenly(List<Integer> places, int most, Set<Integer> kept) {
    int taken = Math.min(most, places.size());
    for (int i = 1; i <= taken; i++) {
      kept.add(places.get((int) ((long) i * places.size() / taken) - 1));
    }
  }

  private static @Nullable Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      return null;
    }
  }
}

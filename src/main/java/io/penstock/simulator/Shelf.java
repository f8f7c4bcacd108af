package io.penstock.simulator;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an account has of one kind, by id, in the order in which it was made. Thread-safe.
 *
 * @param <T> the kind
 */
final class Shelf<T extends Shelf.Thing> {
  private final Map<String, T> things = new LinkedHashMap<>();
  private final Duration hidden;

  /**
   * @param hidden how long a new thing cannot be found
   */
  Shelf(Duration hidden) {
    this.hidden = hidden;
  }

  /** What has an id. */
  interface Thing {
    String id();

    Instant createdAt();
  }

  /**
   * A part of a list, newest first.
   *
   * @param hasMore true where the list goes on in the direction that was asked for
   */
  record Page<T extends Thing>(List<T> things, boolean hasMore) {
    @Nullable String firstId() {
      return things.isEmpty() ? null : things.get(0).id();
    }

    @Nullable String lastId() {
      return things.isEmpty() ? null : things.get(things.size() - 1).id();
    }
  }

  synchronized void put(T thing) {
    things.put(thing.id(), thing);
  }

  synchronized void remove(String id) {
    things.remove(id);
  }

  synchronized void clear() {
    things.clear();
  }

  /** Hidden ones included, oldest first. */
  synchronized List<T> all() {
    return List.copyOf(things.values());
  }

  synchronized Optional<T> find(String id, Instant now) {
    return Optional.ofNullable(things.get(id)).filter(thing -> isVisible(thing, now));
  }

  private boolean isVisible(T thing, Instant now) {
    return !now.isBefore(thing.createdAt().plus(hidden));
  }

  /** Newest first. */
  List<T> visible(Instant now) {
    List<T> all = new ArrayList<>(all());
    all.removeIf(thing -> !isVisible(thing, now));
    Collections.reverse(all);
    return all;
  }

  /**
   * The page right after a thing; the first page where it is null.
   *
   * @return empty where there is no such thing
   */
  static <T extends Thing> Optional<Page<T>> after(List<T> all, @Nullable String id, int limit) {
    int from = id == null ? 0 : indexOf(all, id) + 1;
    if (id != null && from == 0) {
      return Optional.empty();
    }
    int to = Math.min(all.size(), from + limit);
    return Optional.of(new Page<>(all.subList(from, to), to < all.size()));
  }

  /**
   * The page right before a thing.
   *
   * @return empty where there is no such thing
   */
  static <T extends Thing> Optional<Page<T>> before(List<T> all, String id, int limit) {
    int to = indexOf(all, id);
    int from = Math.max(0, to - limit);
    return to < 0 ? Optional.empty() : Optional.of(new Page<>(all.subList(from, to), from > 0));
  }

  private static <T extends Thing> int indexOf(List<T> all, String id) {
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).id().equals(id)) {
        return i;
      }
    }
    return -1;
  }
}

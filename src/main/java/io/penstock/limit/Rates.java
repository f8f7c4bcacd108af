package io.penstock.limit;

import java.io.Serializable;
import java.util.EnumMap;
import java.util.Map;

/**
 * An account's limits by the minute.
 *
 * @param perMinute above 0; a rate that is not there has no limit that is known
 */
public record Rates(Map<Rate, Double> perMinute) implements Serializable {
  public static final Rates NONE = new Rates(Map.of());

  public Rates {
    perMinute = Map.copyOf(perMinute);
    perMinute.forEach(
        (rate, amount) -> {
          if (!(amount > 0)) {
            throw new IllegalArgumentException(rate + " must be above 0, is " + amount);
          }
        });
  }

  /** These, and the others' for what these do not know. */
  Rates orElse(Rates others) {
    Map<Rate, Double> both = new EnumMap<>(Rate.class);
    both.putAll(others.perMinute);
    both.putAll(perMinute);
    return new Rates(both);
  }
}

package io.penstock.pricing;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * The days on which a price holds.
 *
 * @param from the first of them; null: always before
 * @param until the first day after them; null: for ever
 */
record PricePeriod(@Nullable LocalDate from, @Nullable LocalDate until) {
  PricePeriod {
    if (from != null && until != null && !from.isBefore(until)) {
      throw new IllegalArgumentException(
          "valid_from is " + from + ", must be before valid_until (" + until + ")");
    }
  }

  boolean covers(LocalDate day) {
    return (from == null || !day.isBefore(from)) && (until == null || day.isBefore(until));
  }

  boolean overlaps(PricePeriod other) {
    return beginsBeforeEndOf(other) && other.beginsBeforeEndOf(this);
  }

  private boolean beginsBeforeEndOf(PricePeriod other) {
    return from == null || other.until == null || from.isBefore(other.until);
  }

  boolean isAlways() {
    return from == null && until == null;
  }

  /** As in {@code from 2026-01-01 until 2026-07-01}. */
  @Override
  public String toString() {
    String end = until == null ? "" : "until " + until;
    return from == null ? (end.isEmpty() ? "always" : end) : ("from " + from + " " + end).strip();
  }
}

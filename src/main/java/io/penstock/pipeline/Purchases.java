package io.penstock.pipeline;

import io.penstock.cluster.Counts.Bought;
import io.penstock.domain.InferenceOutcome.Waste;
import io.penstock.domain.TokenUsage;
import io.penstock.domain.Usd;
import io.penstock.store.StoreEntry;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** Puts what was bought into the numbers that are counted. */
final class Purchases {
  private Purchases() {}

  static Bought of(StoreEntry entry) {
    return of(
        entry.answer() == null ? null : entry.answer().usage(),
        entry.costUsd(),
        entry.effort().waste());
  }

  /**
   * @param usage null: there was no answer
   * @param cost of the answer; null: there was none, or its price is not known
   */
  static Bought of(@Nullable TokenUsage usage, @Nullable Usd cost, Waste waste) {
    return new Bought(
        usage == null ? 0 : usage.inputTokens(),
        usage == null ? 0 : usage.outputTokens(),
        cost == null ? 0 : picos(cost),
        picos(waste.known()) + picos(waste.possible()));
  }

  /** All digits that there can be. */
  private static long picos(Usd amount) {
    return amount
        .amount()
        .setScale(Usd.SCALE, RoundingMode.HALF_EVEN)
        .unscaledValue()
        .longValueExact();
  }
}

package io.penstock.pipeline;

import io.penstock.store.CompletionStore;
import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A job's completion store.
 *
 * @param maxAgeDays of answers that may be used, at a run's start; null: any
 */
record JobStore(CompletionStore all, @Nullable BigDecimal maxAgeDays) {
  /** The store as the run may use it. */
  CompletionStore serving(RunFolder folder) {
    return maxAgeDays == null
        ? all
        : all.notOlderThan(folder.startedAt().minus(ofDays(maxAgeDays)));
  }

  private static Duration ofDays(BigDecimal days) {
    return Duration.ofMillis(
        days.multiply(BigDecimal.valueOf(Duration.ofDays(1).toMillis())).longValue());
  }
}

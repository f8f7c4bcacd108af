package io.penstock.simulator;

import io.penstock.simulator.batch.BatchFault;
import io.penstock.simulator.batch.BatchOptions.Faults;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the options of batches. What it throws tells what is wrong, for a name to stand before. */
final class BatchOptionTexts {
  private static final BigDecimal MOST_SECONDS = BigDecimal.valueOf(86_400);
  private static final int NANO_DIGITS = 9;

  private BatchOptionTexts() {}

  /** From 0 to a day. */
  static Duration seconds(String text) {
    if (text.matches("\\d{0,9}\\.?\\d{1,9}")) {
      BigDecimal seconds = new BigDecimal(text);
      if (seconds.compareTo(MOST_SECONDS) <= 0) {
        return Duration.ofNanos(seconds.movePointRight(NANO_DIGITS).longValue());
      }
    }
    throw new IllegalArgumentException(
        "is '" + text + "', must be a number of seconds from 0 to " + MOST_SECONDS);
  }

  /** Longer than nothing. */
  static Duration window(String text) {
    Duration window = seconds(text);
    if (window.isZero()) {
      throw new IllegalArgumentException("is '" + text + "', must be more than 0 seconds");
    }
    return window;
  }

  static Faults faults(Map<String, Double> fractions, @Nullable Long first) {
    EnumMap<BatchFault, Double> faults = new EnumMap<>(BatchFault.class);
    fractions.forEach((word, fraction) -> faults.put(fault(word), fraction));
    return new Faults(faults, first);
  }

  private static BatchFault fault(String word) {
    return BatchFault.named(word)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "names '" + word + "', allowed are " + BatchFault.words()));
  }
}

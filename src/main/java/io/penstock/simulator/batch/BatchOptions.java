package io.penstock.simulator.batch;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the simulated Batch APIs behave.
 *
 * @param takes from making a batch to its end, default 2 s
 * @param window after which a batch that is not done expires, default 24 h
 * @param faults fraction of each fault, default none
 * @param limits of one batch, and of what waits
 * @param delays of answers and of what they show
 */
public record BatchOptions(
    Duration takes, Duration window, Faults faults, Limits limits, Delays delays) {
  private static final Duration TWO_SECONDS = Duration.ofSeconds(2);
  private static final Duration DAY = Duration.ofHours(24);

  public static final BatchOptions DEFAULTS =
      new BatchOptions(TWO_SECONDS, DAY, Faults.NONE, Limits.PROVIDERS, Delays.NONE);

  /**
   * @param fractions 0 to 1; those of the lines are at most 1 together
   * @param first how many batches, and how many uploads, have faults; null: all
   */
  public record Faults(Map<BatchFault, Double> fractions, @Nullable Long first) {
    public static final Faults NONE = new Faults(Map.of(), null);

    /** Forgives the rounding of decimal fractions that add up to 1. */
    private static final double ROUNDING = 1e-9;

    private static final Set<BatchFault> OF_LINES =
        Set.of(BatchFault.LINE_400, BatchFault.LINE_429, BatchFault.LINE_500);

    public Faults {
      fractions = Map.copyOf(fractions);
      if (fractions.containsKey(BatchFault.EXPIRED)
          && fractions.containsKey(BatchFault.CANCELLED_BY_PROVIDER)) {
        throw new IllegalArgumentException(
            "has both expired and cancelled_by_provider; a batch ends in one way");
      }
      double lines =
          fractions.entrySet().stream()
              .filter(fault -> OF_LINES.contains(fault.getKey()))
              .mapToDouble(Map.Entry::getValue)
              .sum();
      if (lines > 1 + ROUNDING) {
        throw new IllegalArgumentException(
            "has fractions of lines that add up to " + lines + ", at most 1 allowed");
      }
    }

    /**
     * @param number of the batch or upload, from 1
     */
    public boolean has(BatchFault fault, long number) {
      return fractions.containsKey(fault) && (first == null || number <= first);
    }

    /** 0 where the fault does not concern the batch or upload of this number. */
    public double fraction(BatchFault fault, long number) {
      return has(fault, number) ? fractions.getOrDefault(fault, 0.0) : 0;
    }
  }

  /**
   * @param requests of one batch, at least 1; null: as many as the provider allows
   * @param bytes of one batch, at least 1; null: as many as the provider allows
   * @param enqueuedTokens input tokens per model of OpenAI's batches that have not ended, at least
   *     1; null: no limit
   */
  public record Limits(
      @Nullable Long requests, @Nullable Long bytes, @Nullable Long enqueuedTokens) {
    public static final Limits PROVIDERS = new Limits(null, null, null);
  }

  /**
   * @param hidden how long a batch cannot be found after it was made
   * @param create how long the answer to making a batch takes; the batch is there at once
   * @param upload how long the answer to an upload takes; the file is there at once
   */
  public record Delays(Duration hidden, Duration create, Duration upload) {
    public static final Delays NONE = new Delays(Duration.ZERO, Duration.ZERO, Duration.ZERO);
  }
}

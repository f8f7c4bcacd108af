package io.penstock.simulator;

import io.penstock.simulator.SimulatedRequest.Identity;
import io.penstock.simulator.batch.BatchFault;
import io.penstock.simulator.batch.BatchOptions.Faults;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Decides what goes wrong with batches; follows from the seed. Thread-safe. */
final class BatchChance {
  /** Apart from those of answers and latencies, which count from 0, and of thoughts and forms. */
  private static final long RANDOM_OF_LINES = -1_000;

  private final Faults faults;
  private final long seed;

  BatchChance(Faults faults, long seed) {
    this.faults = faults;
    this.seed = seed;
  }

  /**
   * Whether a fault of whole batches or uploads happens.
   *
   * @param number of the batch or upload, from 1
   */
  boolean happens(BatchFault fault, long number) {
    long ofFault = SimulatedRequest.mix(seed + fault.ordinal() + 1);
    return new SplittableRandom(ofFault + number).nextDouble() < faults.fraction(fault, number);
  }

  /**
   * What goes wrong with a line; null for nothing.
   *
   * @param number of the batch, from 1
   */
  @Nullable BatchFault ofLine(Identity identity, long number) {
    double refused = faults.fraction(BatchFault.LINE_400, number);
    if (identity.random(seed, RANDOM_OF_LINES).nextDouble() < refused) {
      return BatchFault.LINE_400;
    }
    // of those that are not refused: so that the fractions are of all lines
    double drawn = identity.random(seed, RANDOM_OF_LINES - number).nextDouble() * (1 - refused);
    drawn -= faults.fraction(BatchFault.LINE_429, number);
    if (drawn < 0) {
      return BatchFault.LINE_429;
    }
    return drawn < faults.fraction(BatchFault.LINE_500, number) ? BatchFault.LINE_500 : null;
  }
}

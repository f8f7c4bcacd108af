package io.penstock.simulator;

import java.util.SplittableRandom;

/**
 * A lognormal distribution told by its median and its 99th percentile; a fixed value where the two
 * are equal.
 *
 * @param median at least 0, in the caller's unit
 * @param p99 at least the median
 */
record Lognormal(double median, double p99) {
  /** The 99th percentile of the standard normal distribution. */
  private static final double NORMAL_P99 = 2.3263478740408408;

  Lognormal {
    if (median < 0 || p99 < median || (median == 0 && p99 > 0)) {
      throw new IllegalArgumentException(
          "A lognormal distribution needs 0 < median <= p99, got " + median + " and " + p99);
    }
  }

  double draw(SplittableRandom random) {
    if (p99 == median) {
      return median;
    }
    double sigma = Math.log(p99 / median) / NORMAL_P99;
    return median * StrictMath.exp(sigma * standardNormal(random));
  }

  /** Box-Muller: the same number on every JDK, which nextGaussian does not promise. */
  private static double standardNormal(SplittableRandom random) {
    double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
    return radius * StrictMath.cos(2 * Math.PI * random.nextDouble());
  }
}

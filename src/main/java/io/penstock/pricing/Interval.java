package io.penstock.pricing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An estimated amount, in whatever unit, before it is rounded.
 *
 * @param expected null where it is not known
 */
public record Interval(double low, @Nullable Double expected, double high) {
  public static final Interval ZERO = new Interval(0, 0.0, 0);

  /**
   * The sum of amounts whose errors are independent, so that they partly cancel out; where an
   * expectation is missing, the bounds are added.
   */
  public static Interval sum(List<Interval> parts) {
    if (parts.stream().anyMatch(part -> part.expected == null)) {
      return new Interval(
          parts.stream().mapToDouble(Interval::low).sum(),
          null,
          parts.stream().mapToDouble(Interval::high).sum());
    }
    double expected = 0;
    double below = 0;
    double above = 0;
    for (Interval part : parts) {
      double own = part.expected == null ? 0 : part.expected;
      expected += own;
      below += (own - part.low) * (own - part.low);
      above += (part.high - own) * (part.high - own);
    }
    return new Interval(expected - Math.sqrt(below), expected, expected + Math.sqrt(above));
  }

  public CostEstimate usd() {
    return CostEstimate.of(this);
  }
}

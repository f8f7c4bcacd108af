package io.penstock.pricing;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/**
 * What something will cost in USD, to four digits: low is rounded down, high is rounded up.
 *
 * @param low null where a price is not known, as high
 * @param expected null where nothing is known of the answers' lengths either
 */
public record CostEstimate(
    @Nullable BigDecimal low, @Nullable BigDecimal expected, @Nullable BigDecimal high) {
  public static final CostEstimate UNKNOWN = new CostEstimate(null, null, null);

  private static final int DIGITS = 4;

  static CostEstimate of(Interval usd) {
    return new CostEstimate(
        rounded(usd.low(), RoundingMode.FLOOR),
        usd.expected() == null ? null : rounded(usd.expected(), RoundingMode.HALF_EVEN),
        rounded(usd.high(), RoundingMode.CEILING));
  }

  /** An estimate without a range, rounded as all are. */
  public static BigDecimal rounded(double usd) {
    return rounded(usd, RoundingMode.HALF_EVEN);
  }

  private static BigDecimal rounded(double usd, RoundingMode mode) {
    BigDecimal rounded = BigDecimal.valueOf(usd).round(new MathContext(DIGITS, mode));
    return rounded.signum() == 0 ? BigDecimal.ZERO : rounded.stripTrailingZeros();
  }
}

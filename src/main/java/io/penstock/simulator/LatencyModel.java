package io.penstock.simulator;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long the simulator takes over an answer: lognormal, or always the same where median and p99
 * are equal. The longest answer is not bounded.
 *
 * @param median zero only together with a p99 of zero
 * @param p99 at least the median
 */
public record LatencyModel(Duration median, Duration p99) {
  /** Answers at once. */
  public static final LatencyModel NONE = fixed(Duration.ZERO);

  private static final String TIME = "(\\d{1,7}(?:\\.\\d{1,6})?)(ms|s)";
  private static final Pattern FIXED = Pattern.compile("fixed:" + TIME);
  private static final Pattern LOGNORMAL = Pattern.compile("lognormal:" + TIME + ":" + TIME);
  private static final double NANOS_PER_MILLISECOND = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;

  public LatencyModel {
    if (median.isNegative() || p99.compareTo(median) < 0 || (median.isZero() && !p99.isZero())) {
      throw new IllegalArgumentException(
          "needs 0 < median <= p99, got a median of " + median + " and a p99 of " + p99);
    }
  }

  public static LatencyModel fixed(Duration always) {
    return new LatencyModel(always, always);
  }

  /**
   * Reads {@code fixed:200ms} or {@code lognormal:1s:10s} (median, p99); units are ms and s.
   *
   * @throws IllegalArgumentException where the text is neither
   */
  public static LatencyModel parse(String text) {
    Matcher fixed = FIXED.matcher(text);
    if (fixed.matches()) {
      return fixed(duration(fixed.group(1), fixed.group(2)));
    }
    Matcher lognormal = LOGNORMAL.matcher(text);
    if (lognormal.matches()) {
      return new LatencyModel(
          duration(lognormal.group(1), lognormal.group(2)),
          duration(lognormal.group(3), lognormal.group(4)));
    }
    throw new IllegalArgumentException(
        "is '" + text + "', must be like fixed:200ms or lognormal:1s:10s (median, p99)");
  }

  private static Duration duration(String number, String unit) {
    double nanosPerUnit = unit.equals("ms") ? NANOS_PER_MILLISECOND : NANOS_PER_SECOND;
    return Duration.ofNanos(Math.round(Double.parseDouble(number) * nanosPerUnit));
  }

  Duration draw(SplittableRandom random) {
    Lognormal nanos = new Lognormal(median.toNanos(), p99.toNanos());
    return Duration.ofNanos((long) nanos.draw(random));
  }
}

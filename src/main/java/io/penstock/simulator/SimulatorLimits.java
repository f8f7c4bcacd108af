package io.penstock.simulator;

import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How much the simulator takes on at once and per minute; each model has these limits to itself.
 *
 * @param maxInFlight admitted requests at the same time, 1 to {@link #MOST}; null: no limit
 * @param requestsPerMinute 1 to {@link #MOST}; null: no limit
 * @param tokensPerMinute input and output together, 1 to {@link #MOST}; null: no limit
 * @param burst what a token bucket holds, as the time that its rate takes to fill it; 1 ms to 1 h,
 *     default {@link #WHOLE_MINUTE}
 */
public record SimulatorLimits(
    @Nullable Long maxInFlight,
    @Nullable Long requestsPerMinute,
    @Nullable Long tokensPerMinute,
    Duration burst) {
  /** The largest limit: a bucket of an hour of it can still be counted exactly. */
  public static final long MOST = 1_000_000_000;

  public static final Duration WHOLE_MINUTE = Duration.ofMinutes(1);
  public static final SimulatorLimits NONE = new SimulatorLimits(null, null, null, WHOLE_MINUTE);

  private static final BigDecimal SHORTEST_BURST_SECONDS = new BigDecimal("0.001");
  private static final BigDecimal LONGEST_BURST_SECONDS = BigDecimal.valueOf(3_600);
  private static final int NANO_DIGITS = 9;

  boolean isNone() {
    return maxInFlight == null && requestsPerMinute == null && tokensPerMinute == null;
  }

  BigDecimal burstSeconds() {
    BigDecimal seconds = BigDecimal.valueOf(burst.toNanos(), NANO_DIGITS).stripTrailingZeros();
    return seconds.scale() < 0 ? seconds.setScale(0) : seconds;
  }

  /**
   * Reads a limit.
   *
   * @throws IllegalArgumentException with what is wrong, for a name to stand before it
   */
  static Long limit(String text) {
    if (!text.matches("\\d{1,10}") || Long.parseLong(text) < 1 || Long.parseLong(text) > MOST) {
      throw new IllegalArgumentException(
          "is '" + text + "', must be a whole number from 1 to " + MOST);
    }
    return Long.valueOf(text);
  }

  /**
   * Reads a number of seconds.
   *
   * @throws IllegalArgumentException with what is wrong, for a name to stand before it
   */
  static Duration burst(String text) {
    if (text.matches("\\d{0,9}\\.?\\d{1,9}")) {
      BigDecimal seconds = new BigDecimal(text);
      if (seconds.compareTo(SHORTEST_BURST_SECONDS) >= 0
          && seconds.compareTo(LONGEST_BURST_SECONDS) <= 0) {
        return Duration.ofNanos(seconds.movePointRight(NANO_DIGITS).longValue());
      }
    }
    throw new IllegalArgumentException(
        "is '"
            + text
            + "', must be a number of seconds from "
            + SHORTEST_BURST_SECONDS
            + " to "
            + LONGEST_BURST_SECONDS);
  }
}

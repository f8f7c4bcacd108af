package io.penstock.limit;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.Locale;

/**
 * A limit so small that the calls of a run wait long for one another.
 *
 * @param account as people call it
 * @param perMinute what of the limit is this application's
 * @param betweenCalls from one call to the next, of the size of the largest
 */
public record LongWait(String account, Rate rate, double perMinute, Duration betweenCalls) {
  private static final int SIGNIFICANT = 3;

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s may have %s %s a minute, so from one call to the next it is about %s",
        account,
        new BigDecimal(perMinute)
            .round(new MathContext(SIGNIFICANT))
            .stripTrailingZeros()
            .toPlainString(),
        rate.name().toLowerCase(Locale.ROOT).replace('_', ' '),
        words(betweenCalls));
  }

  /** In the unit in which it is read most easily, such as 90 s, 12 min or 5 h. */
  public static String words(Duration time) {
    if (time.toMinutes() < 2) {
      return time.toSeconds() + " s";
    }
    return time.toHours() < 2 ? time.toMinutes() + " min" : time.toHours() + " h";
  }
}

package io.penstock.provider.http;

import io.penstock.provider.HttpAnswer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.OptionalDouble;

/**
 * For how long OpenAI's request limit holds, which its headers do not name: some accounts have so
 * many requests a day, others a minute. The limit is a bucket that refills steadily, so the time
 * until it is full, over the part that is used, is the time that a whole one takes.
 *
 * <p>Told by {@code reset} as OpenAI writes it only, with units. Plain seconds are other servers',
 * Azure's first, whose limits are per minute; there they may count down to the end of a window,
 * which says nothing of its length. A bucket that holds less than its limit seems to refill faster
 * than it does, and never to be full, so a period of less than a minute is believed only of a limit
 * that is nearly unused.
 */
final class RequestPeriod {
  static final double MINUTE = 60;

  private static final double[] KNOWN = {1, MINUTE, 3_600, 86_400};

  /** Farther off, the headers are no such bucket's. */
  private static final double TOLERANCE = Math.log(5);

  private static final double NEARLY_UNUSED = 0.25;

  private RequestPeriod() {}

  /** In seconds: 1, 60, 3600 or 86400; empty where this answer does not tell. */
  static OptionalDouble read(HttpAnswer answer) {
    double reset =
        GoDuration.seconds(answer.headers().getOrDefault("x-ratelimit-reset-requests", ""))
            .orElse(0);
    if (reset <= 0) {
      return OptionalDouble.empty();
    }
    double limit = number(answer, "x-ratelimit-limit-requests");
    double used = (limit - number(answer, "x-ratelimit-remaining-requests")) / limit;
    return used > 0 && used <= 1 ? nearest(reset / used, used) : OptionalDouble.empty();
  }

  private static OptionalDouble nearest(double seconds, double used) {
    return Arrays.stream(KNOWN)
        .filter(known -> distance(known, seconds) <= TOLERANCE)
        .filter(known -> known >= MINUTE || used <= NEARLY_UNUSED)
        .boxed()
        .min(Comparator.comparingDouble(known -> distance(known, seconds)))
        .map(OptionalDouble::of)
        .orElseGet(OptionalDouble::empty);
  }

  private static double distance(double left, double right) {
    return Math.abs(Math.log(left / right));
  }

  private static double number(HttpAnswer answer, String header) {
    return RateHeaders.number(answer.headers().getOrDefault(header, ""));
  }
}

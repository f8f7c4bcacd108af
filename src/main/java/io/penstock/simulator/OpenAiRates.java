package io.penstock.simulator;

import io.penstock.simulator.ModelGate.Standing;
import io.penstock.simulator.TokenBucket.Level;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How OpenAI speaks of limits, in headers and refusals, as observed (2026-08). */
final class OpenAiRates {
  private static final HttpString RETRY_AFTER_MS = new HttpString("retry-after-ms");
  private static final Names REQUESTS = new Names("requests");
  private static final Names TOKENS = new Names("tokens");
  private static final int MILLI_DIGITS = 3;
  private static final long NANOS_BELOW_A_MILLISECOND = 999_999;

  private OpenAiRates() {}

  /** The headers of one kind of limit. */
  private record Names(HttpString limit, HttpString remaining, HttpString reset) {
    Names(String kind) {
      this(
          new HttpString("x-ratelimit-limit-" + kind),
          new HttpString("x-ratelimit-remaining-" + kind),
          new HttpString("x-ratelimit-reset-" + kind));
    }

    void put(HeaderMap headers, @Nullable Level level) {
      if (level != null) {
        headers.put(limit, level.perMinute());
        headers.put(remaining, level.remaining());
        headers.put(reset, goDuration(level.untilFull()));
      }
    }
  }

  static void addStanding(HeaderMap headers, Standing standing) {
    REQUESTS.put(headers, standing.requests());
    TOKENS.put(headers, standing.tokens());
  }

  static void addRetryAfter(HeaderMap headers, Duration wait) {
    headers.put(RETRY_AFTER_MS, wholeMillis(wait));
    headers.put(Headers.RETRY_AFTER, WireDialect.wholeSeconds(wait));
  }

  static ApiException refusal(String model, Refusal refusal) {
    return switch (refusal.reason()) {
      case REQUESTS -> rate(model, refusal, "requests", "requests per min (RPM)");
      case TOKENS -> rate(model, refusal, "tokens", "tokens per min (TPM)");
      case IN_FLIGHT ->
          new ApiException(
              429,
              "concurrent_requests",
              "Too many concurrent requests for "
                  + model
                  + ": Limit "
                  + refusal.limit()
                  + ", Used "
                  + refusal.used()
                  + ", Requested 1.",
              null,
              "rate_limit_exceeded");
    };
  }

  private static ApiException rate(String model, Refusal refusal, String type, String rate) {
    String message =
        "Rate limit reached for "
            + (model + " in organization org-simulator on " + rate)
            + (": Limit " + refusal.limit() + ", Used " + refusal.used())
            + (", Requested " + refusal.requested())
            + (". Please try again in " + goDuration(refusal.retryAfter()) + ".");
    return new ApiException(429, type, message, null, "rate_limit_exceeded");
  }

  /** Like {@code 12ms}, {@code 1.5s}, {@code 6m0s}; rounded up to milliseconds. */
  static String goDuration(Duration duration) {
    long millis = wholeMillis(duration);
    if (millis > 0 && millis < 1_000) {
      return millis + "ms";
    }
    Duration rounded = Duration.ofMillis(millis);
    String hours = rounded.toHours() == 0 ? "" : rounded.toHours() + "h";
    String minutes = rounded.toMinutes() == 0 ? "" : rounded.toMinutesPart() + "m";
    BigDecimal seconds =
        BigDecimal.valueOf(millis % SimulatorLimits.WHOLE_MINUTE.toMillis(), MILLI_DIGITS);
    return hours + minutes + seconds.stripTrailingZeros().toPlainString() + "s";
  }

  private static long wholeMillis(Duration duration) {
    return duration.plusNanos(NANOS_BELOW_A_MILLISECOND).toMillis();
  }
}

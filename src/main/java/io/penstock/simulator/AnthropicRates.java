package io.penstock.simulator;

import io.penstock.simulator.ModelGate.Standing;
import io.penstock.simulator.TokenBucket.Level;
import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How Anthropic speaks of limits, in headers and refusals, per its rate-limits page (copy of 2026).
 * Unlike there, remaining tokens are not rounded to thousands, and one bucket holds input and
 * output tokens: only the {@code tokens} headers are given.
 */
final class AnthropicRates {
  static final String RATE_LIMIT_ERROR = "rate_limit_error";
  private static final Names REQUESTS = new Names("requests");
  private static final Names TOKENS = new Names("tokens");

  private AnthropicRates() {}

  /** The headers of one kind of limit. */
  private record Names(HttpString limit, HttpString remaining, HttpString reset) {
    Names(String kind) {
      this(
          new HttpString("anthropic-ratelimit-" + kind + "-limit"),
          new HttpString("anthropic-ratelimit-" + kind + "-remaining"),
          new HttpString("anthropic-ratelimit-" + kind + "-reset"));
    }

    void put(HeaderMap headers, @Nullable Level level, Instant now) {
      if (level != null) {
        Instant full = now.plus(level.untilFull()).plusNanos(WireDialect.NANOS_BELOW_A_SECOND);
        headers.put(limit, level.perMinute());
        headers.put(remaining, level.remaining());
        headers.put(reset, full.truncatedTo(ChronoUnit.SECONDS).toString());
      }
    }
  }

  /** Resets are in whole seconds, as the provider's are, rounded up. */
  static void addStanding(HeaderMap headers, Standing standing, Instant now) {
    REQUESTS.put(headers, standing.requests(), now);
    TOKENS.put(headers, standing.tokens(), now);
  }

  static ApiException refusal(Refusal refusal) {
    return switch (refusal.reason()) {
      case REQUESTS -> rate(refusal, "requests");
      case TOKENS -> rate(refusal, "input tokens");
      case IN_FLIGHT ->
          error(
              "Number of concurrent connections has exceeded your rate limit. Please try again"
                  + " later.");
    };
  }

  private static ApiException rate(Refusal refusal, String what) {
    return error(
        String.format(
            Locale.ROOT,
            "This request would exceed your organization's rate limit of %,d %s per minute.",
            refusal.limit(),
            what));
  }

  private static ApiException error(String message) {
    return new ApiException(429, RATE_LIMIT_ERROR, message);
  }
}

package io.penstock.provider.http;

import io.penstock.provider.HttpAnswer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * How long a provider asks to wait: {@code retry-after-ms}, else {@code retry-after} in seconds or
 * as an HTTP date. Not bounded; what is negative or cannot be read counts as not said.
 */
final class RetryDelay {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double NANOS_PER_MILLI = 1e6;

  private RetryDelay() {}

  static Optional<Duration> read(HttpAnswer answer, InstantSource clock) {
    Optional<Duration> millis =
        answer.header("retry-after-ms").flatMap(text -> number(text, NANOS_PER_MILLI));
    Optional<String> seconds = answer.header("retry-after");
    return millis
        .or(() -> seconds.flatMap(text -> number(text, NANOS_PER_SECOND)))
        .or(() -> seconds.flatMap(text -> date(text, clock)));
  }

  private static Optional<Duration> number(String text, double nanosPerUnit) {
    try {
      double nanos = Double.parseDouble(text.strip()) * nanosPerUnit;
      return nanos >= 0 ? Optional.of(Duration.ofNanos((long) nanos)) : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Optional<Duration> date(String text, InstantSource clock) {
    try {
      Instant until = DateTimeFormatter.RFC_1123_DATE_TIME.parse(text.strip(), Instant::from);
      return Optional.of(Duration.between(clock.instant(), until)).filter(d -> !d.isNegative());
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}

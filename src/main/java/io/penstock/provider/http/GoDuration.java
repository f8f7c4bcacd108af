package io.penstock.provider.http;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as the language Go writes them, and OpenAI's headers with it: numbers with units, as in
 * {@code 6m0s}, {@code 2s81ms} or {@code 8.64s}.
 */
public final class GoDuration {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final String PART = "(\\d+(?:\\.\\d*)?|\\.\\d+)(ms|us|µs|μs|ns|h|m|s)";
  private static final Pattern WHOLE = Pattern.compile("(?:" + PART + ")+");
  private static final Pattern EACH = Pattern.compile(PART);

  private static final Map<String, Double> SECONDS =
      Map.of(
          "h", 3600.0, "m", 60.0, "s", 1.0, "ms", 1e-3, "us", 1e-6, "µs", 1e-6, "μs", 1e-6, "ns",
          1e-9);

  private GoDuration() {}

  /** Empty where it is none; a number without a unit too. */
  public static OptionalDouble seconds(String text) {
    String stripped = text.strip();
    if (!WHOLE.matcher(stripped).matches()) {
      return OptionalDouble.empty();
    }
    Matcher part = EACH.matcher(stripped);
    double seconds = 0;
    while (part.find()) {
      seconds += Double.parseDouble(part.group(1)) * SECONDS.get(part.group(2));
    }
    return OptionalDouble.of(seconds);
  }

  /** Empty where it is none. */
  static Optional<Duration> read(String text) {
    OptionalDouble seconds = seconds(text);
    return seconds.isEmpty()
        ? Optional.empty()
        : Optional.of(Duration.ofNanos((long) (seconds.getAsDouble() * NANOS_PER_SECOND)));
  }
}

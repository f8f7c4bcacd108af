package io.penstock.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.provider.HttpAnswer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RetryDelayTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-11-22T10:00:00Z"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "retry-after-ms | 1250.5 | PT1.2505S",
        "retry-after    | 20     | PT20S",
        "retry-after    | 0.25   | PT0.25S",
        "retry-after    | 0      | PT0S",
        "retry-after    | Sun, 22 Nov 2026 10:01:30 GMT | PT1M30S"
      })
  void readsEachForm(String header, String value, Duration delay) {
    assertThat(read(Map.of(header, value))).contains(delay);
  }

  @Test
  void millisecondsGoFirstUnlessTheyCannotBeRead() {
    assertThat(read(Map.of("retry-after-ms", "500", "retry-after", "1")))
        .contains(Duration.ofMillis(500));
    assertThat(read(Map.of("retry-after-ms", "soon", "retry-after", "1")))
        .contains(Duration.ofSeconds(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "soon", "", "NaN", "Sun, 22 Nov 2026 09:59:59 GMT"})
  void whatIsPastOrCannotBeReadIsNotSaid(String value) {
    assertThat(read(Map.of("retry-after", value))).isEmpty();
  }

  @Test
  void noHeaderNoDelay() {
    assertThat(read(Map.of())).isEmpty();
  }

  private static Optional<Duration> read(Map<String, String> headers) {
    return RetryDelay.read(new HttpAnswer(429, headers, new byte[0]), CLOCK);
  }
}

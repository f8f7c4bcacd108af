package io.penstock.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.provider.HttpAnswer;
import io.penstock.provider.LearntRates;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RateHeadersTest {
  private final List<LearntRates> learnt = new ArrayList<>();
  private final RateHeaders headers = new RateHeaders(learnt::add);

  @Test
  void learnsThoseOfOpenAi() {
    read(
        "x-ratelimit-limit-requests: 500",
        "x-ratelimit-remaining-requests: 499",
        "x-ratelimit-reset-requests: 120ms",
        "x-ratelimit-limit-tokens: 150000",
        "x-ratelimit-remaining-tokens: 149984",
        "x-ratelimit-reset-tokens: 6ms");

    assertThat(learnt).containsExactly(new LearntRates(500.0, 150_000.0, null, null));
  }

  @Test
  void learnsThoseOfAnthropicWhichAreAlwaysPerMinute() {
    read(
        "anthropic-ratelimit-requests-limit: 50",
        "anthropic-ratelimit-requests-remaining: 49",
        "anthropic-ratelimit-requests-reset: 2026-11-22T10:00:01Z",
        "anthropic-ratelimit-tokens-limit: 38000",
        "anthropic-ratelimit-input-tokens-limit: 30000",
        "anthropic-ratelimit-output-tokens-limit: 8000");

    assertThat(learnt).containsExactly(new LearntRates(50.0, 38_000.0, 30_000.0, 8_000.0));
  }

  @Test
  void learnsThoseOfAzureWhosePlainSecondsAreOfAWindow() {
    read(
        "x-ratelimit-limit-requests: 1000",
        "x-ratelimit-remaining-requests: 999",
        "x-ratelimit-reset-requests: 55",
        "x-ratelimit-limit-tokens: 100000");

    assertThat(learnt).containsExactly(new LearntRates(1_000.0, 100_000.0, null, null));
  }

  @Test
  void learnsThoseOfMistral() {
    read(
        "x-ratelimit-limit-req-minute: 50",
        "x-ratelimit-remaining-req-minute: 49",
        "x-ratelimit-limit-tokens-minute: 50000",
        "x-ratelimit-tokens-query-cost: 1300");

    assertThat(learnt).containsExactly(new LearntRates(50.0, 50_000.0, null, null));
  }

  @ParameterizedTest
  @CsvSource({
    "10000, 9999, 8.64s, 6.944444444444445", // per day: 10,000 / 1,440
    "14400, 14370, 2m59.56s, 10.0", // per day, in the middle of much
    "200, 0, 23h59m59s, 0.1388888888888889", // per day, all of it
    "3600, 3599, 1s, 60.0", // per hour
    "500, 499, 120ms, 500.0",
    "10000, 9900, 594ms, 10000.0",
    "60, 30, 30s, 60.0",
    "20, 19, 50ms, 1200.0", // per second
    "20, 15, 250ms, 1200.0",
    "600, 0, 1s, 600.0", // 600 per minute in a bucket of 10
    "600, 1, 59.9s, 600.0",
    "500, 500, 0s, 500.0", // nothing is used
    "500, 500, 120ms, 500.0",
    "500, 499, 0s, 500.0",
    "500, -1, 120ms, 500.0", // no such remainder
    "500, soon, 120ms, 500.0",
    "500, 499, soon, 500.0",
    "60, 0, 10ms, 60.0", // a bucket of less than the limit: 10 ms are no known period
  })
  void theRequestLimitsPeriodIsThatOfABucketThatRefillsSteadily(
      String limit, String remaining, String reset, double perMinute) {
    readRequests(limit, remaining, reset);

    assertThat(learnt).containsExactly(new LearntRates(perMinute, null, null, null));
  }

  @Test
  void aPeriodThatCouldNotBeToldIsToldByALaterAnswer() {
    readRequests("1440", "1440", "0s");
    readRequests("1440", "1439", "60s");
    readRequests("1440", "1430", "10ms");

    assertThat(learnt).extracting(LearntRates::requests).containsExactly(1_440.0, 1.0);
  }

  @Test
  void anotherLimitHasAPeriodOfItsOwn() {
    readRequests("1440", "1439", "60s");
    readRequests("600", "599", "100ms");

    assertThat(learnt).extracting(LearntRates::requests).containsExactly(1.0, 600.0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "many", "", "NaN", "Infinity"})
  void whatIsNoLimitIsNotTold(String value) {
    read("x-ratelimit-limit-requests: " + value, "anthropic-ratelimit-tokens-limit: " + value);

    assertThat(learnt).isEmpty();
  }

  @Test
  void tellsOnlyWhatDiffersFromBefore() {
    read("x-ratelimit-limit-requests: 60");
    read("x-ratelimit-limit-requests: 60", "x-ratelimit-remaining-requests: 3");
    read("x-ratelimit-limit-requests: 60.0");
    read("x-ratelimit-limit-requests: 90");

    assertThat(learnt).extracting(LearntRates::requests).containsExactly(60.0, 90.0);
  }

  @Test
  void whatAnAnswerLeavesOutStaysAsItWas() {
    read("x-ratelimit-limit-requests: 60");
    read("content-type: text/html");
    read("x-ratelimit-limit-tokens: 7000");

    assertThat(learnt)
        .containsExactly(
            new LearntRates(60.0, null, null, null), new LearntRates(60.0, 7_000.0, null, null));
  }

  @Test
  void aLimitThatIsNoLongerSaidIsForgotten() {
    read("x-ratelimit-limit-requests: 60");
    read("x-ratelimit-limit-requests: -1");

    assertThat(learnt).containsExactly(new LearntRates(60.0, null, null, null), LearntRates.NONE);
  }

  private void readRequests(String limit, String remaining, String reset) {
    read(
        "x-ratelimit-limit-requests: " + limit,
        "x-ratelimit-remaining-requests: " + remaining,
        "x-ratelimit-reset-requests: " + reset);
  }

  private void read(String... lines) {
    Map<String, String> all = new HashMap<>();
    for (String line : lines) {
      String[] header = line.split(": ?", 2);
      all.put(header[0], header[1]);
    }
    headers.read(new HttpAnswer(200, all, new byte[0]));
  }
}

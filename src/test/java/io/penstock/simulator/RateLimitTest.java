package io.penstock.simulator;

import static io.penstock.simulator.SimulatorFixture.CLAUDE;
import static io.penstock.simulator.SimulatorFixture.GPT;
import static io.penstock.simulator.SimulatorFixture.chat;
import static io.penstock.simulator.SimulatorFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.simulator.SimulatorFixture.Dialect;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class RateLimitTest {
  private static final Map<String, String> THREE_PER_MINUTE = Map.of("requests-per-minute", "3");

  private final FakeClock clock = new FakeClock();

  private static Optional<String> header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name);
  }

  private static String message(HttpResponse<String> response) throws Exception {
    return json(response).at("/error/message").textValue();
  }

  private static void assertRefused(SimulatorFixture fixture, String reason) throws Exception {
    JsonNode refused = fixture.stats().path("refused");
    for (String each : List.of("requests", "tokens", "in_flight")) {
      assertThat(refused.path(each).intValue()).isEqualTo(each.equals(reason) ? 1 : 0);
    }
    assertThat(fixture.stats().at("/by_status/429").intValue()).isEqualTo(1);
    assertThat(fixture.stats().path("failed_requests").intValue()).isZero();
  }

  @Test
  void openAiSaysWhichRateIsUsedUpAndWhenToComeBack() throws Exception {
    try (SimulatorFixture fixture = SimulatorFixture.start(THREE_PER_MINUTE, clock)) {
      for (int i = 0; i < 3; i++) {
        assertThat(fixture.post(Dialect.OPENAI, "Hello").statusCode()).isEqualTo(200);
      }
      clock.advance(Duration.ofMillis(800));

      HttpResponse<String> refused = fixture.post(Dialect.OPENAI, "Hello");

      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(json(refused).at("/error/type").textValue()).isEqualTo("requests");
      assertThat(json(refused).at("/error/code").textValue()).isEqualTo("rate_limit_exceeded");
      assertThat(message(refused))
          .isEqualTo(
              "Rate limit reached for gpt-4o-mini in organization org-simulator on requests per"
                  + " min (RPM): Limit 3, Used 3, Requested 1. Please try again in 19.2s.");
      assertThat(header(refused, "retry-after-ms")).hasValue("19200");
      assertThat(header(refused, "retry-after")).hasValue("20");
      assertThat(header(refused, "openai-processing-ms")).hasValue("0");
      assertRefused(fixture, "requests");
      assertThat(fixture.invoice().at("/models/" + GPT + "/requests").intValue()).isEqualTo(3);
      clock.advance(Duration.ofMillis(19_200));
      assertThat(fixture.post(Dialect.OPENAI, "Hello").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void openAiTellsInHeadersWhatIsLeft() throws Exception {
    Map<String, String> options =
        Map.of("requests-per-minute", "3", "tokens-per-minute", "100000", "burst-seconds", "60");
    try (SimulatorFixture fixture = SimulatorFixture.start(options, clock)) {
      HttpResponse<String> response = fixture.postChat(chat(GPT, "Hello", ",\"max_tokens\":16000"));

      long input = json(response).at("/usage/prompt_tokens").longValue();
      Duration untilFull = Duration.ofNanos((16_000 + input) * 600_000);
      assertThat(header(response, "x-ratelimit-limit-requests")).hasValue("3");
      assertThat(header(response, "x-ratelimit-remaining-requests")).hasValue("2");
      assertThat(header(response, "x-ratelimit-reset-requests")).hasValue("20s");
      assertThat(header(response, "x-ratelimit-limit-tokens")).hasValue("100000");
      assertThat(header(response, "x-ratelimit-remaining-tokens")).hasValue("" + (84_000 - input));
      assertThat(header(response, "x-ratelimit-reset-tokens"))
          .hasValue(OpenAiRates.goDuration(untilFull));
      assertThat(header(response, "retry-after")).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0s",
    "1, 1ms",
    "999999, 1ms",
    "12000000, 12ms",
    "1500000000, 1.5s",
    "20000000000, 20s",
    "360000000000, 6m0s",
    "3723004000000, 1h2m3.004s",
    "3600000000000, 1h0m0s"
  })
  void durationsAreWrittenAsGoDoes(long nanos, String text) {
    assertThat(OpenAiRates.goDuration(Duration.ofNanos(nanos))).isEqualTo(text);
  }

  @Test
  void anthropicSaysWhichRateIsUsedUpAndWhenToComeBack() throws Exception {
    try (SimulatorFixture fixture = SimulatorFixture.start(THREE_PER_MINUTE, clock)) {
      fixture.post(Dialect.ANTHROPIC, "Hello");
      HttpResponse<String> second = fixture.post(Dialect.ANTHROPIC, "Hello");
      fixture.post(Dialect.ANTHROPIC, "Hello");
      clock.advance(Duration.ofMillis(800));

      HttpResponse<String> refused = fixture.post(Dialect.ANTHROPIC, "Hello");

      assertThat(header(second, "anthropic-ratelimit-requests-limit")).hasValue("3");
      assertThat(header(second, "anthropic-ratelimit-requests-remaining")).hasValue("1");
      assertThat(header(second, "anthropic-ratelimit-requests-reset"))
          .hasValue("2026-11-22T10:00:40Z");
      assertThat(header(second, "anthropic-ratelimit-tokens-limit")).isEmpty();
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(json(refused).at("/error/type").textValue()).isEqualTo("rate_limit_error");
      assertThat(message(refused))
          .isEqualTo(
              "This request would exceed your organization's rate limit of 3 requests per minute.");
      assertThat(header(refused, "retry-after")).hasValue("20");
      assertThat(header(refused, "retry-after-ms")).isEmpty();
      assertThat(header(refused, "anthropic-ratelimit-requests-remaining")).hasValue("0");
      assertThat(header(refused, "anthropic-ratelimit-requests-reset"))
          .hasValue("2026-11-22T10:01:00Z");
      assertRefused(fixture, "requests");
    }
  }

  @Test
  void tokensAreTakenAtAdmissionAndTheUnusedOnesGoBack() throws Exception {
    Map<String, String> options = Map.of("tokens-per-minute", "30000");
    try (SimulatorFixture fixture = SimulatorFixture.start(options, clock)) {
      HttpResponse<String> first = fixture.postChat(chat(GPT, "Hello", ",\"max_tokens\":16000"));
      HttpResponse<String> second = fixture.postChat(chat(GPT, "Hello", ",\"max_tokens\":16000"));

      long input = json(first).at("/usage/prompt_tokens").longValue();
      long used = json(first).at("/usage/total_tokens").longValue();
      String remaining = "x-ratelimit-remaining-tokens";
      assertThat(header(first, remaining)).hasValue("" + (14_000 - input));
      assertThat(header(second, remaining)).hasValue("" + (14_000 - input - used));
      assertThat(fixture.stats().path("ok_tokens").longValue()).isEqualTo(2 * used);
    }
  }

  @Test
  void requestWithoutItsOwnLimitTakesTheTokensOfItsAnswer() throws Exception {
    Map<String, String> options = Map.of("tokens-per-minute", "30000");
    try (SimulatorFixture fixture = SimulatorFixture.start(options, clock)) {
      HttpResponse<String> response = fixture.post(Dialect.OPENAI, "Hello");

      long used = json(response).at("/usage/total_tokens").longValue();
      assertThat(header(response, "x-ratelimit-remaining-tokens")).hasValue("" + (30_000 - used));
    }
  }

  @Test
  void tokensThatDoNotFitAreRefusedByBothDialects() throws Exception {
    Map<String, String> options = Map.of("tokens-per-minute", "20000", "latency", "fixed:3600s");
    try (SimulatorFixture fixture = SimulatorFixture.start(options, clock)) {
      fixture.postChatLater(chat(GPT, "Hello", ",\"max_tokens\":16000"));
      SimulatorFixture.await(() -> fixture.simulator.inFlight(GPT) == 1);

      HttpResponse<String> refused = fixture.postChat(chat(GPT, "Hello", ",\"max_tokens\":10000"));
      HttpResponse<String> inAnthropic =
          fixture.send(
              fixture
                  .messageRequest(chat(GPT, "Hello", ",\"max_tokens\":10000"))
                  .header("anthropic-version", "2023-06-01"));

      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(json(refused).at("/error/type").textValue()).isEqualTo("tokens");
      assertThat(message(refused))
          .startsWith("Rate limit reached for gpt-4o-mini")
          .contains(" on tokens per min (TPM): Limit 20000, Used 160")
          .contains(", Requested 100");
      assertThat(Long.parseLong(header(refused, "retry-after-ms").orElseThrow()))
          .isBetween(18_000L, 18_200L);
      assertThat(inAnthropic.statusCode()).isEqualTo(429);
      assertThat(message(inAnthropic))
          .isEqualTo(
              "This request would exceed your organization's rate limit of 20,000 input tokens per"
                  + " minute.");
      assertThat(header(inAnthropic, "retry-after")).hasValue("19");
      assertThat(header(inAnthropic, "anthropic-ratelimit-tokens-limit")).hasValue("20000");
      assertThat(fixture.stats().at("/refused/tokens").intValue()).isEqualTo(2);
      assertThat(fixture.stats().path("in_flight").intValue()).isEqualTo(1);
    }
  }

  @Test
  void aRequestForMoreTokensThanThereAreWaitsForAFullBucketOnly() throws Exception {
    Map<String, String> options = Map.of("tokens-per-minute", "6000", "burst-seconds", "1");
    String unbounded = chat("sim-any", "Hello", ",\"max_tokens\":" + (Long.MAX_VALUE - 1));
    try (SimulatorFixture fixture = SimulatorFixture.start(options, clock)) {
      HttpResponse<String> first = fixture.postChat(unbounded);
      HttpResponse<String> refused = fixture.postChat(unbounded);
      clock.advance(Duration.ofMillis(Long.parseLong(header(refused, "retry-after-ms").get())));

      assertThat(first.statusCode()).isEqualTo(200);
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(fixture.postChat(unbounded).statusCode()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @EnumSource(Dialect.class)
  void limitsHoldForEachModelApart(Dialect dialect) throws Exception {
    try (SimulatorFixture fixture =
        SimulatorFixture.start(Map.of("requests-per-minute", "1"), clock)) {
      assertThat(fixture.post(dialect, "Hello").statusCode()).isEqualTo(200);
      assertThat(fixture.post(dialect, "Hello").statusCode()).isEqualTo(429);

      assertThat(fixture.postChat(chat("sim-other", "Hello")).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void requestsBeyondThoseInFlightAreRefusedAtOnceWithoutAWait() throws Exception {
    Map<String, String> options = Map.of("max-in-flight", "2", "latency", "fixed:3600s");
    try (SimulatorFixture fixture = SimulatorFixture.start(options, clock)) {
      fixture.postChatLater(chat(GPT, "One"));
      fixture.postChatLater(chat(GPT, "Two"));
      SimulatorFixture.await(() -> fixture.simulator.inFlight(GPT) == 2);

      HttpResponse<String> refused = fixture.postChat(chat(GPT, "Three"));

      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(json(refused).at("/error/type").textValue()).isEqualTo("concurrent_requests");
      assertThat(json(refused).at("/error/code").textValue()).isEqualTo("rate_limit_exceeded");
      assertThat(message(refused))
          .isEqualTo("Too many concurrent requests for gpt-4o-mini: Limit 2, Used 2, Requested 1.");
      assertThat(header(refused, "retry-after")).isEmpty();
      assertThat(header(refused, "retry-after-ms")).isEmpty();
      assertRefused(fixture, "in_flight");
    }
  }

  @Test
  void anthropicSpeaksOfConnectionsWhereTooManyAreInFlight() throws Exception {
    Map<String, String> options = Map.of("max-in-flight", "1", "latency", "fixed:3600s");
    try (SimulatorFixture fixture = SimulatorFixture.start(options, clock)) {
      fixture.postChatLater(chat(CLAUDE, "One"));
      SimulatorFixture.await(() -> fixture.simulator.inFlight(CLAUDE) == 1);

      HttpResponse<String> refused = fixture.post(Dialect.ANTHROPIC, "Two");

      assertThat(json(refused).at("/error/type").textValue()).isEqualTo("rate_limit_error");
      assertThat(message(refused))
          .startsWith("Number of concurrent connections has exceeded your rate limit");
      assertThat(header(refused, "retry-after")).isEmpty();
      assertRefused(fixture, "in_flight");
    }
  }

  @Test
  void whoHasItsAnswerFindsAPlaceAtOnce() throws Exception {
    try (SimulatorFixture fixture = SimulatorFixture.start(Map.of("max-in-flight", "1"), clock)) {
      for (int i = 0; i < 200; i++) {
        assertThat(fixture.post(Dialect.OPENAI, "Hello " + i).statusCode()).isEqualTo(200);
      }
    }
  }

  @Test
  void faultsAndClientsThatLeaveKeepNoPlaceAndNoTokens() throws Exception {
    Map<String, String> options =
        Map.of("max-in-flight", "1", "tokens-per-minute", "20000", "latency", "fixed:500ms");
    try (SimulatorFixture fixture = SimulatorFixture.start(options, clock)) {
      assertThat(fixture.postAsking(Dialect.OPENAI, "500", "Hello").statusCode()).isEqualTo(500);
      Socket leaving = fixture.sendAndDoNotRead(chat(GPT, "Goodbye", ",\"max_tokens\":16000"));
      leaving.close();
      SimulatorFixture.await(() -> fixture.simulator.stats().undelivered() == 1);

      HttpResponse<String> next = fixture.postChat(chat(GPT, "Hello", ",\"max_tokens\":16000"));

      assertThat(next.statusCode()).isEqualTo(200);
    }
  }

  @Test
  void neverMoreThanTheLimitAreInFlightHoweverManyTry() throws Exception {
    Map<String, String> options = Map.of("max-in-flight", "4", "latency", "fixed:20ms");
    try (SimulatorFixture fixture = SimulatorFixture.start(options)) {
      List<CompletableFuture<HttpResponse<String>>> all =
          IntStream.range(0, 200)
              .mapToObj(i -> fixture.postChatLater(chat(GPT, "Request " + i)))
              .toList();
      long served = all.stream().filter(each -> each.join().statusCode() == 200).count();

      SimulatorStats stats = fixture.simulator.stats();
      assertThat(served).isEqualTo(stats.ok()).isGreaterThanOrEqualTo(4);
      assertThat(stats.refused().inFlight()).isEqualTo(200 - served);
      assertThat(stats.load().inFlightTime())
          .isLessThan(stats.firstToLast().multipliedBy(4).plusMillis(8));
    }
  }

  @Test
  void withoutLimitsNoHeaderSpeaksOfThem() throws Exception {
    try (SimulatorFixture fixture = SimulatorFixture.start(Map.of())) {
      for (Dialect dialect : Dialect.values()) {
        assertThat(fixture.post(dialect, "Hello").headers().map().keySet())
            .noneMatch(name -> name.contains("ratelimit"));
      }
    }
  }

  @Test
  void timeInFlightIsThatOfAdmittedRequests() throws Exception {
    Map<String, String> options = Map.of("max-in-flight", "2", "latency", "fixed:3600s");
    try (SimulatorFixture fixture = SimulatorFixture.start(options, clock)) {
      fixture.postChatLater(chat(GPT, "One"));
      SimulatorFixture.await(() -> fixture.simulator.inFlight(GPT) == 1);
      clock.advance(Duration.ofSeconds(3));
      fixture.postChatLater(chat(GPT, "Two"));
      SimulatorFixture.await(() -> fixture.simulator.inFlight(GPT) == 2);
      fixture.postChat(chat(GPT, "Three"));
      fixture.postAsking(Dialect.ANTHROPIC, "529", "Four");
      clock.advance(Duration.ofMillis(1_500));

      assertThat(fixture.stats().path("in_flight_seconds").doubleValue()).isEqualTo(6.0);
    }
  }
}

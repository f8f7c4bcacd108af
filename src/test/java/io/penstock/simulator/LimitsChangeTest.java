package io.penstock.simulator;

import static io.penstock.simulator.SimulatorFixture.GPT;
import static io.penstock.simulator.SimulatorFixture.chat;
import static io.penstock.simulator.SimulatorFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.simulator.SimulatorFixture.Dialect;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LimitsChangeTest {
  private static final String NO_LIMITS =
      "{\"max_in_flight\":null,\"requests_per_minute\":null,\"tokens_per_minute\":null,"
          + "\"burst_seconds\":60,\"refuse\":null}";

  private final FakeClock clock = new FakeClock();

  @Test
  void answersTheLimitsInForceAndKeepsWhatIsNotNamed() throws Exception {
    Map<String, String> options = Map.of("max-in-flight", "12", "api-key", "secret");
    try (SimulatorFixture fixture = SimulatorFixture.start(options, clock)) {
      HttpResponse<String> asked = fixture.postLimits("{}");
      HttpResponse<String> changed =
          fixture.postLimits("{\"requests_per_minute\":500,\"burst_seconds\":0.5,\"refuse\":503}");
      HttpResponse<String> lifted =
          fixture.postLimits(
              "{\"requests_per_minute\":null,\"max_in_flight\":null,\"burst_seconds\":60,"
                  + "\"refuse\":null}");

      assertThat(asked.statusCode()).isEqualTo(200);
      assertThat(asked.body()).isEqualTo(NO_LIMITS.replaceFirst("null", "12"));
      assertThat(changed.body())
          .isEqualTo(
              "{\"max_in_flight\":12,\"requests_per_minute\":500,\"tokens_per_minute\":null,"
                  + "\"burst_seconds\":0.5,\"refuse\":503}");
      assertThat(lifted.body()).isEqualTo(NO_LIMITS);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"max_in_flight\":0}              | max_in_flight",
        "{\"max_in_flight\":1.5}            | max_in_flight",
        "{\"requests_per_minute\":\"5\"}    | requests_per_minute",
        "{\"tokens_per_minute\":1000000001} | tokens_per_minute",
        "{\"tokens_per_minute\":1e400}      | tokens_per_minute",
        "{\"burst_seconds\":null}           | burst_seconds",
        "{\"burst_seconds\":0}              | burst_seconds",
        "{\"refuse\":500}                   | refuse",
        "{\"refuse\":true}                  | refuse",
        "{\"requests_per_second\":1}        | requests_per_second",
      })
  void badInputIsRefusedByItsKeyAndChangesNothing(String change, String key) throws Exception {
    try (SimulatorFixture fixture = SimulatorFixture.start(Map.of(), clock)) {
      HttpResponse<String> refused =
          fixture.postLimits(change.replace("{", "{\"tokens_per_minute\":5,"));
      HttpResponse<String> alone = fixture.postLimits(change);

      assertThat(refused.statusCode()).isEqualTo(alone.statusCode()).isEqualTo(400);
      assertThat(json(alone).at("/error/param").textValue()).isEqualTo(key);
      assertThat(json(alone).at("/error/message").textValue()).contains("'" + key + "'");
      assertThat(fixture.postLimits("{}").body()).isEqualTo(NO_LIMITS);
    }
  }

  @Test
  void unreadableBodyIsRefused() throws Exception {
    try (SimulatorFixture fixture = SimulatorFixture.start(Map.of(), clock)) {
      assertThat(fixture.postLimits("max_in_flight=3").statusCode()).isEqualTo(400);
      assertThat(fixture.send(fixture.request("/limits").GET()).statusCode()).isEqualTo(405);
    }
  }

  @ParameterizedTest
  @CsvSource({"OPENAI, 503", "OPENAI, 429", "ANTHROPIC, 503", "ANTHROPIC, 429"})
  void everythingIsRefusedUntilItIsSetToNull(Dialect dialect, int status) throws Exception {
    try (SimulatorFixture fixture = SimulatorFixture.start(Map.of(), clock)) {
      fixture.postLimits("{\"refuse\":%d}".formatted(status));
      assertThat(fixture.post(dialect, "Hello").statusCode()).isEqualTo(status);
      assertThat(fixture.postAsking(dialect, "slow", "Hello").statusCode()).isEqualTo(status);

      fixture.postLimits("{\"refuse\":null}");
      assertThat(fixture.post(dialect, "Hello").statusCode()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @EnumSource(Dialect.class)
  void rateChangesAtOnceForModelsAlreadyAsked(Dialect dialect) throws Exception {
    try (SimulatorFixture fixture = SimulatorFixture.start(Map.of(), clock)) {
      fixture.post(dialect, "Hello");

      fixture.postLimits("{\"requests_per_minute\":1}");
      assertThat(fixture.post(dialect, "Hello").statusCode()).isEqualTo(200);
      assertThat(fixture.post(dialect, "Hello").statusCode()).isEqualTo(429);

      fixture.postLimits("{\"requests_per_minute\":60}");
      clock.advance(Duration.ofSeconds(1));
      assertThat(fixture.post(dialect, "Hello").statusCode()).isEqualTo(200);
      assertThat(fixture.post(dialect, "Hello").statusCode()).isEqualTo(429);

      fixture.postLimits("{\"requests_per_minute\":null}");
      assertThat(fixture.post(dialect, "Hello").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void requestsInFlightStayWhenTheirLimitShrinks() throws Exception {
    Map<String, String> options = Map.of("max-in-flight", "3", "latency", "fixed:3s");
    try (SimulatorFixture fixture = SimulatorFixture.start(options)) {
      var first = fixture.postChatLater(chat(GPT, "One"));
      var second = fixture.postChatLater(chat(GPT, "Two"));
      SimulatorFixture.await(() -> fixture.simulator.inFlight(GPT) == 2);

      fixture.postLimits("{\"max_in_flight\":1}");
      HttpResponse<String> third = fixture.postChat(chat(GPT, "Three"));

      assertThat(third.statusCode()).isEqualTo(429);
      assertThat(first.join().statusCode()).isEqualTo(200);
      assertThat(second.join().statusCode()).isEqualTo(200);
      assertThat(fixture.simulator.inFlight(GPT)).isZero();
    }
  }
}

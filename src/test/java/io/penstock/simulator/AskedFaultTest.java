package io.penstock.simulator;

import static io.penstock.simulator.SimulatorFixture.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.simulator.SimulatorFixture.Dialect;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Faults that a request asks for by its header, and refusals for rate and quota as faults. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class AskedFaultTest {
  private final SimulatorFixture fixture = SimulatorFixture.start(Map.of());

  @AfterEach
  void stop() {
    fixture.close();
  }

  @ParameterizedTest
  @CsvSource({
    "OPENAI, 429, 429", "OPENAI, 500, 500", "OPENAI, 503, 503", "OPENAI, 529, 529",
    "OPENAI, quota, 429", "ANTHROPIC, 429, 429", "ANTHROPIC, 500, 500", "ANTHROPIC, 503, 503",
    "ANTHROPIC, 529, 529", "ANTHROPIC, quota, 429", "GEMINI, 429, 429", "GEMINI, 500, 500",
    "GEMINI, 503, 503", "GEMINI, 529, 529", "GEMINI, quota, 429"
  })
  void oneRequestFailsAsItAsks(Dialect dialect, String asked, int status) throws Exception {
    HttpResponse<String> failed = fixture.postAsking(dialect, asked, "Hello");
    HttpResponse<String> other = fixture.post(dialect, "Hello");

    assertThat(failed.statusCode()).isEqualTo(status);
    assertThat(other.statusCode()).isEqualTo(200);
    assertThat(fixture.stats().path("failed_requests").intValue()).isEqualTo(1);
    assertThat(fixture.stats().at("/refused/requests").intValue()).isZero();
    assertThat(fixture.stats().path("undelivered").intValue()).isZero();
  }

  @Test
  void rateRefusalsSayWhenToComeBack() throws Exception {
    HttpResponse<String> openAi = fixture.postAsking(Dialect.OPENAI, "429", "Hello");
    HttpResponse<String> anthropic = fixture.postAsking(Dialect.ANTHROPIC, "429", "Hello");

    assertThat(json(openAi).at("/error/type").textValue()).isEqualTo("requests");
    assertThat(json(openAi).at("/error/message").textValue())
        .contains("requests per min (RPM): Limit 60, Used 60")
        .endsWith("Please try again in 1s.");
    assertThat(openAi.headers().firstValue("retry-after-ms")).hasValue("1000");
    assertThat(anthropic.headers().firstValue("retry-after")).hasValue("1");
    assertThat(json(anthropic).at("/error/message").textValue())
        .contains("rate limit of 60 requests per minute");
  }

  @Test
  void quotaIsSpentInTheProvidersWordsAndNoWaitHelps() throws Exception {
    try (SimulatorFixture spent = SimulatorFixture.start(Map.of("faults", "quota=1"))) {
      HttpResponse<String> openAi = spent.post(Dialect.OPENAI, "Hello");
      HttpResponse<String> anthropic = spent.post(Dialect.ANTHROPIC, "Hello");

      JsonNode refusal = json(anthropic).path("error");
      assertThat(openAi.statusCode()).isEqualTo(429);
      assertThat(json(openAi).at("/error/type").textValue()).isEqualTo("insufficient_quota");
      assertThat(json(openAi).at("/error/code").textValue()).isEqualTo("insufficient_quota");
      assertThat(openAi.headers().firstValue("retry-after")).isEmpty();
      assertThat(anthropic.statusCode()).isEqualTo(429);
      assertThat(refusal.path("type").textValue()).isEqualTo("rate_limit_error");
      assertThat(refusal.at("/details/error_code").textValue())
          .isEqualTo("enforced_spend_limit_reached");
      assertThat(anthropic.headers().firstValue("retry-after")).isEmpty();
      assertThat(spent.invoice().path("total_usd").textValue()).isEqualTo("0");
    }
  }

  @Test
  void resetLosesAnAnswerThatIsBilled() throws Exception {
    assertThatThrownBy(() -> fixture.postAsking(Dialect.OPENAI, "reset", "Hello"))
        .isInstanceOf(IOException.class);

    assertThat(fixture.stats().path("undelivered").intValue()).isEqualTo(1);
  }

  @Test
  void slowDelaysAnAnswerThatIsRight() throws Exception {
    long start = System.nanoTime();

    HttpResponse<String> response = fixture.postAsking(Dialect.OPENAI, "slow", "Hello");

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(5));
    assertThat(json(response).at("/usage/total_tokens").intValue()).isPositive();
  }

  @ParameterizedTest
  @CsvSource({"OPENAI, 503", "ANTHROPIC, 529"})
  void retryRefusesEachDistinctRequestTwice(Dialect dialect, int status) throws Exception {
    assertThat(fixture.post(dialect, "One").statusCode()).isEqualTo(200);

    for (String prompt : new String[] {"One", "Two"}) {
      assertThat(fixture.postAsking(dialect, "retry", prompt).statusCode()).isEqualTo(status);
      assertThat(fixture.postAsking(dialect, "retry", prompt).statusCode()).isEqualTo(status);
      assertThat(fixture.postAsking(dialect, "retry", prompt).statusCode()).isEqualTo(200);
      assertThat(fixture.postAsking(dialect, "retry", prompt).statusCode()).isEqualTo(200);
    }
    assertThat(fixture.stats().path("failed_requests").intValue()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(Dialect.class)
  void whatNobodyKnowsIsRefusedWithTheAllowedWords(Dialect dialect) throws Exception {
    HttpResponse<String> response = fixture.postAsking(dialect, "418", "Hello");

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(json(response).at("/error/message").textValue())
        .contains("x-simulate")
        .contains("429, 500, 503, 529, quota, slow, reset, retry");
    assertThat(fixture.stats().path("distinct").intValue()).isZero();
  }

  @Test
  void whatIsRefusedByAFaultTakesNothingFromTheLimits() throws Exception {
    fixture.postLimits("{\"requests_per_minute\":1}");

    for (String asked : new String[] {"429", "503", "529", "quota"}) {
      HttpResponse<String> refused = fixture.postAsking(Dialect.OPENAI, asked, "Hello");
      assertThat(refused.headers().firstValue("x-ratelimit-remaining-requests")).hasValue("1");
    }

    assertThat(fixture.post(Dialect.OPENAI, "Hello").statusCode()).isEqualTo(200);
  }
}

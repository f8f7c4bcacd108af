package io.penstock.app;

import static io.penstock.provider.Samples.failure;
import static io.penstock.provider.Samples.recorded;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.FailureKind;
import io.penstock.domain.ModelSettings;
import io.penstock.domain.ProviderSecrets;
import io.penstock.provider.LearntRates;
import io.penstock.provider.Pressure;
import io.penstock.provider.ProviderException;
import io.penstock.provider.Samples;
import io.penstock.provider.http.HttpProviderFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okio.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What recorded refusals mean together with the headers that came with them. */
final class RecordedRefusalTest {
  private final MockWebServer server = new MockWebServer();
  private final List<LearntRates> learnt = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    server.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # dialect | status | body | headers | kind | asked to wait | pressure | requests, tokens learnt
          openai    | 429 | rate-limit.json              | retry-after: 20; x-ratelimit-limit-requests: 3; x-ratelimit-remaining-requests: 0; x-ratelimit-reset-requests: 20s | RATE_LIMITED | PT20S | TOO_FAST | 3.0,
          openai    | 429 | rate-limit-tokens.json       | retry-after-ms: 210; retry-after: 1; x-ratelimit-limit-tokens: 200000 | RATE_LIMITED | PT0.21S | TOO_FAST | ,200000.0
          openai    | 429 | quota.json                   | | QUOTA_EXHAUSTED | | NONE |
          openai    | 429 | requests-per-day.json        | retry-after: 432 | RATE_LIMITED | PT7M12S | TOO_FAST |
          openai    | 429 | requests-per-day.json        | retry-after: 36000 | QUOTA_EXHAUSTED | PT10H | NONE |
          openai    | 429 | flex-capacity.json           | | OVERLOADED | | OVERLOADED |
          openai    | 429 | request-too-large.json       | x-ratelimit-limit-tokens: 30000 | CONTEXT_TOO_LONG | | NONE | ,30000.0
          openai    | 429 | concurrent.json              | retry-after: 1 | RATE_LIMITED | PT1S | TOO_MANY |
          openai    | 429 | gateway.html                 | retry-after: 5 | RATE_LIMITED | PT5S | TOO_FAST |
          openai    | 429 | gateway.html                 | | RATE_LIMITED | | TOO_MANY |
          openai    | 503 | overloaded.json              | retry-after: 30 | OVERLOADED | PT30S | OVERLOADED |
          openai    | 503 | loading-llama-cpp.json       | | OVERLOADED | | OVERLOADED |
          openai    | 500 | server-error.json            | x-should-retry: false | SERVER_ERROR | | NONE |
          openai    | 429 | rate-limit-mistral.json      | x-ratelimit-limit-req-minute: 60; x-ratelimit-limit-tokens-minute: 500000 | RATE_LIMITED | | TOO_FAST | 60.0,500000.0
          openai    | 429 | rate-limit-mistral.json      | x-ratelimit-limit-req-minute: 0 | RATE_LIMITED | | TOO_FAST |
          openai    | 429 | tokens-per-day.json          | retry-after: 252.5; x-ratelimit-limit-requests: 14400; x-ratelimit-remaining-requests: 14370; x-ratelimit-reset-requests: 2m59.56s | RATE_LIMITED | PT4M12.5S | TOO_FAST | 10.0,
          openai    | 498 | capacity-groq.json           | | OVERLOADED | | OVERLOADED |
          azure     | 429 | rate-limit-azure.json        | retry-after: 7; retry-after-ms: 6870; x-ratelimit-limit-requests: -1; x-ratelimit-remaining-requests: -1 | RATE_LIMITED | PT6.87S | TOO_FAST |
          azure     | 429 | rate-limit-tokens-azure.json | retry-after: 22; x-ratelimit-limit-tokens: 10000; x-ratelimit-remaining-tokens: 0; x-ratelimit-reset-tokens: 22 | RATE_LIMITED | PT22S | TOO_FAST | ,10000.0
          azure     | 429 | rate-limit-azure.json        | x-ratelimit-limit-requests: 60; x-ratelimit-remaining-requests: 0; x-ratelimit-reset-requests: 10 | RATE_LIMITED | PT7S | TOO_FAST | 60.0,
          azure     | 429 | too-many-requests-azure.json | retry-after: 3 | RATE_LIMITED | PT3S | TOO_FAST |
          azure     | 429 | no-capacity-azure.json       | retry-after: 60 | OVERLOADED | PT1M | OVERLOADED |
          azure     | 400 | content-filter-azure.json    | | CONTENT_FILTERED | | NONE |
          azure     | 404 | deployment-not-found-azure.json | | NOT_FOUND | | NONE |
          anthropic | 429 | rate-limit-tokens.json       | retry-after: 12; anthropic-ratelimit-input-tokens-limit: 30000; anthropic-ratelimit-requests-limit: 50 | RATE_LIMITED | PT12S | TOO_FAST | 50.0,
          anthropic | 429 | acceleration.json            | retry-after: 9; anthropic-ratelimit-requests-limit: 50; anthropic-ratelimit-requests-remaining: 40 | RATE_LIMITED | PT9S | TOO_MANY | 50.0,
          anthropic | 429 | concurrent.json              | | RATE_LIMITED | | TOO_MANY |
          anthropic | 429 | spend-cap.json               | | QUOTA_EXHAUSTED | | NONE |
          anthropic | 529 | overloaded.json              | x-should-retry: true | OVERLOADED | | OVERLOADED |
          anthropic | 504 | timeout.json                 | | TIMEOUT | | NONE |
          """)
  void means(
      String dialect,
      int status,
      String file,
      String headers,
      FailureKind kind,
      Duration wait,
      Pressure pressure,
      String rates) {
    server.enqueue(answer(status, dialect, file, headers));
    ModelSettings model = Samples.model(dialect, server.url("/v1").toString());

    ProviderException refusal =
        failure(
            new HttpProviderFactory(JobWiring.DIALECTS)
                .connect(model, ProviderSecrets.ofKey("k"), 1, learnt::add)
                .complete(Samples.request("hi")));

    assertThat(refusal.kind()).isEqualTo(kind);
    assertThat(refusal.details().retryAfter()).isEqualTo(wait);
    assertThat(refusal.pressure()).isEqualTo(pressure);
    assertThat(learnt)
        .extracting(told -> said(told.requests()) + "," + said(told.tokens()))
        .isEqualTo(rates == null ? List.of() : List.of(rates));
  }

  private static MockResponse answer(int status, String dialect, String file, String headers) {
    String folder = dialect.equals("anthropic") ? "anthropic" : "openai";
    byte[] body = recorded(folder + "/refusals/" + file);
    MockResponse.Builder answer =
        new MockResponse.Builder().code(status).body(new Buffer().write(body));
    if (headers != null) {
      for (String header : headers.split("; ")) {
        answer.addHeader(header);
      }
    }
    return answer.build();
  }

  private static String said(Double rate) {
    return rate == null ? "" : rate.toString();
  }
}

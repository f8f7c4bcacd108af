package io.penstock.provider.http;

import static io.penstock.provider.Samples.answer;
import static io.penstock.provider.Samples.failure;
import static io.penstock.provider.Samples.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.FailureKind;
import io.penstock.domain.ProviderSecrets;
import io.penstock.provider.ModelProvider;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.Samples;
import java.io.IOException;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each call sends one request, whatever becomes of it: a second one could be billed. */
final class OneRequestTest {
  private static final MockResponse SPARE = new MockResponse.Builder().body("spare").build();

  private final MockWebServer server = new MockWebServer();
  private ModelProvider model;

  @BeforeEach
  void start() throws IOException {
    server.start();
    model =
        new HttpProviderFactory(List.of(new PlainDialect()))
            .connect(
                Samples.model("plain", server.url("/v1").toString()),
                ProviderSecrets.NONE,
                4,
                learnt -> {});
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void isNotRepeatedWhenTheConnectionClosesAfterItWasRead() {
    server.enqueue(droppedAfterReading());
    server.enqueue(SPARE);

    ProviderException failure = failure(model.complete(request("hello")));

    assertThat(failure.kind()).isEqualTo(FailureKind.NETWORK);
    assertThat(failure.billing()).isEqualTo(Billing.POSSIBLE);
    assertThat(failure.status()).isZero();
    assertThat(server.getRequestCount()).isOne();
  }

  @Test
  void isNotRepeatedWhenAPooledConnectionDies() throws Exception {
    server.enqueue(new MockResponse.Builder().body("first").build());
    server.enqueue(droppedAfterReading());
    server.enqueue(SPARE);

    answer(model.complete(request("one")));
    ProviderException failure = failure(model.complete(request("two")));

    assertThat(failure.billing()).isEqualTo(Billing.POSSIBLE);
    assertThat(server.getRequestCount()).isEqualTo(2);
    assertThat(server.takeRequest().getExchangeIndex()).isZero();
    assertThat(server.takeRequest().getExchangeIndex()).as("same connection").isOne();
  }

  @ParameterizedTest
  @CsvSource({"408, TIMEOUT", "503, OVERLOADED", "429, RATE_LIMITED", "421, INVALID_REQUEST"})
  void isNotRepeatedWhenTheServerInvitesTo(int status, FailureKind kind) {
    server.enqueue(new MockResponse.Builder().code(status).addHeader("Retry-After", "0").build());
    server.enqueue(SPARE);

    ProviderException failure = failure(model.complete(request("hello")));

    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure.status()).isEqualTo(status);
    assertThat(server.getRequestCount()).isOne();
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void doesNotFollowRedirects(int status) {
    String elsewhere = server.url("/elsewhere?token=hidden").toString();
    server.enqueue(
        new MockResponse.Builder().code(status).addHeader("Location", elsewhere).build());
    server.enqueue(SPARE);

    ProviderException failure = failure(model.complete(request("hello")));

    assertThat(failure.kind()).isEqualTo(FailureKind.NOT_FOUND);
    assertThat(failure)
        .hasMessageContaining("points to http://" + server.getHostName())
        .hasMessageContaining("correct base_url of provider acme")
        .hasMessageNotContaining("hidden");
    assertThat(server.getRequestCount()).isOne();
  }

  private static MockResponse droppedAfterReading() {
    return new MockResponse.Builder().onResponseStart(new SocketEffect.CloseSocket()).build();
  }
}

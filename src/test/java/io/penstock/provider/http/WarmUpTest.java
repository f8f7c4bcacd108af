package io.penstock.provider.http;

import static io.penstock.provider.Samples.answer;
import static io.penstock.provider.Samples.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.penstock.domain.ModelSettings;
import io.penstock.domain.ProviderSecrets;
import io.penstock.provider.ModelProvider;
import io.penstock.provider.Samples;
import java.io.IOException;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WarmUpTest {
  private final MockWebServer server = new MockWebServer();
  private final HttpProviderFactory factory = new HttpProviderFactory(List.of(new PlainDialect()));

  @BeforeEach
  void start() throws IOException {
    server.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 301, 404, 405, 421, 500})
  void asksForTheRootWithoutAKeyWhateverTheAnswer(int status) throws Exception {
    server.enqueue(new MockResponse.Builder().code(status).build());

    factory.warmUp(model("/v1/?api-version=7"), ProviderSecrets.ofKey("sk-1"));

    RecordedRequest sent = server.takeRequest();
    assertThat(sent.getRequestLine()).isEqualTo("HEAD / HTTP/1.1");
    assertThat(sent.getHeaders().names())
        .containsExactlyInAnyOrder("User-Agent", "Host", "Connection", "Accept-Encoding");
    assertThat(server.getRequestCount()).isOne();
  }

  @Test
  void theFirstCallFindsTheConnectionOpen() throws Exception {
    server.enqueue(new MockResponse.Builder().code(404).build());
    server.enqueue(new MockResponse.Builder().body("hi").build());
    ModelProvider model = factory.connect(model("/v1"), ProviderSecrets.NONE, 1, learnt -> {});

    assertThat(answer(WarmUp.start(server.url("/v1"), Route.PLAIN))).isTrue();
    server.takeRequest();
    answer(model.complete(request("hello")));

    assertThat(server.takeRequest().getExchangeIndex()).as("same connection").isOne();
  }

  @Test
  void doesNotWaitForAServerThatDoesNotAnswer() {
    server.enqueue(new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build());

    assertThatCode(() -> factory.warmUp(model("/v1"), ProviderSecrets.NONE))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://no-such-host.invalid", "http://127.0.0.1:1", "ftp://x", "none"})
  void whatCannotBeReachedIsLeftToTheCalls(String baseUrl) {
    assertThatCode(() -> factory.warmUp(Samples.model("plain", baseUrl), ProviderSecrets.NONE))
        .doesNotThrowAnyException();
  }

  @Test
  void aServerThatIsNotThereIsNoFailure() throws Exception {
    assertThat(answer(WarmUp.start(HttpUrl.get("http://no-such-host.invalid"), Route.PLAIN)))
        .isFalse();
  }

  private ModelSettings model(String path) {
    return Samples.model("plain", server.url(path).toString());
  }
}

package io.penstock.provider.http;

import static io.penstock.provider.Samples.answer;
import static io.penstock.provider.Samples.failure;
import static io.penstock.provider.Samples.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.domain.Completion;
import io.penstock.domain.ProviderSecrets;
import io.penstock.provider.LearntRates;
import io.penstock.provider.ModelProvider;
import io.penstock.provider.ProviderException;
import io.penstock.provider.Samples;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class HttpProviderFactoryTest {
  private static final String KEY = "made-up-key-0815";

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

  @Test
  void sendsTheBodyWithTheHeadersOfTheDialect() throws Exception {
    server.enqueue(new MockResponse.Builder().body("hi").build());

    Completion completion = answer(connect(KEY, 1).complete(request("hello")));

    assertThat(completion.text()).isEqualTo("hi");
    RecordedRequest sent = server.takeRequest();
    assertThat(sent.getRequestLine()).isEqualTo("POST /v1/say HTTP/1.1");
    assertThat(sent.getBody().utf8()).isEqualTo("hello");
    assertThat(sent.getHeaders().get("content-type")).isEqualTo("application/json");
    assertThat(sent.getHeaders().get("x-dialect")).isEqualTo("plain");
    assertThat(sent.getHeaders().get("x-key")).isEqualTo(KEY);
    assertThat(sent.getHeaders().get("user-agent")).isEqualTo("penstock");
  }

  @Test
  void keepsTheQueryOfTheBaseUrlAndSendsNoKeyWhereThereIsNone() throws Exception {
    server.enqueue(new MockResponse.Builder().body("hi").build());
    String baseUrl = server.url("/v1/?api-version=7").toString();

    answer(
        factory
            .connect(Samples.model("plain", baseUrl), ProviderSecrets.NONE, 1, learnt -> {})
            .complete(request("hello")));

    RecordedRequest sent = server.takeRequest();
    assertThat(sent.getTarget()).isEqualTo("/v1/say?api-version=7");
    assertThat(sent.getHeaders().get("x-key")).isNull();
  }

  @Test
  void modelsShareConnections() throws Exception {
    server.enqueue(new MockResponse.Builder().body("1").build());
    server.enqueue(new MockResponse.Builder().body("2").build());

    answer(connect(KEY, 1).complete(request("one")));
    answer(connect(KEY, 1).complete(request("two")));

    server.takeRequest();
    assertThat(server.takeRequest().getExchangeIndex()).as("same connection").isOne();
  }

  @Test
  void connectsAnewAfterClose() throws Exception {
    server.enqueue(new MockResponse.Builder().body("1").build());
    server.enqueue(new MockResponse.Builder().body("2").build());
    ModelProvider model = connect(KEY, 1);

    answer(model.complete(request("one")));
    factory.close();
    answer(model.complete(request("two")));

    server.takeRequest();
    assertThat(server.takeRequest().getExchangeIndex()).as("new connection").isZero();
  }

  @Test
  void keepsAsManyCallsInFlightAsItWasConnectedFor() throws Exception {
    int calls = 100; // more than the client's own limits of 64, and 5 per host
    server.setDispatcher(new AnswersWhenAllAreThere(calls));
    ModelProvider model = connect(KEY, calls);

    List<CompletableFuture<Completion>> futures =
        IntStream.range(0, calls).mapToObj(i -> model.complete(request("call " + i))).toList();

    for (CompletableFuture<Completion> future : futures) {
      assertThat(answer(future).text()).isEqualTo("all there");
    }
    assertThat(server.getRequestCount()).isEqualTo(calls);
  }

  @Test
  void travelsAndHoldsNoThreadThatKeepsTheJvmAlive() throws Exception {
    server.enqueue(new MockResponse.Builder().body("hi").build());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new ObjectOutputStream(bytes).writeObject(factory);
    ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()));

    ModelProvider model =
        ((HttpProviderFactory) in.readObject())
            .connect(
                Samples.model("plain", server.url("/v1").toString()),
                ProviderSecrets.ofKey(KEY),
                1,
                learnt -> {});

    assertThat(answer(model.complete(request("hello"))).text()).isEqualTo("hi");
    assertThat(Thread.getAllStackTraces().keySet())
        .filteredOn(thread -> thread.getName().matches("(penstock-http|OkHttp|Okio).*"))
        .allMatch(Thread::isDaemon);
  }

  @Test
  void keysAreMaskedInMessagesCausesAndRawBodies() {
    String body = "{\"error\":{\"message\":\"Bad key %s or sk-proj-abc*******xyz (Bearer t0p)\"}}";
    server.enqueue(new MockResponse.Builder().code(401).body(body.formatted(KEY)).build());

    ProviderException refused = failure(connect(KEY, 1).complete(request("hello")));
    ModelProvider nowhere =
        factory.connect(
            Samples.model("plain", "http://" + KEY + ".invalid"),
            ProviderSecrets.ofKey(KEY),
            1,
            learnt -> {});
    ProviderException unreached = failure(nowhere.complete(request("hello")));

    assertThat(refused).hasMessage("acme/tiny-1: HTTP 401: Bad key *** or *** (Bearer ***)");
    assertThat(unreached).hasMessageContaining("host ***.invalid is not known");
    assertThat(unreached).hasStackTraceContaining("UnknownHostException: ***.invalid");
    assertThat(unreached.getCause()).hasMessageNotContaining(KEY).hasNoCause();
  }

  @Test
  void tellsTheLimitsThatAnswersNameRefusalsIncluded() throws Exception {
    server.enqueue(limited(429, "60"));
    server.enqueue(limited(200, "60"));
    server.enqueue(limited(200, "90"));
    List<Double> learnt = new CopyOnWriteArrayList<>();
    ModelProvider model = connect(KEY, rates -> learnt.add(rates.requests()));

    failure(model.complete(request("one")));
    assertThat(learnt).containsExactly(60.0);
    answer(model.complete(request("two")));
    answer(model.complete(request("three")));

    assertThat(learnt).containsExactly(60.0, 90.0);
  }

  @Test
  void anAnswerIsNotLostOverLimitsThatAreNotTaken() throws Exception {
    server.enqueue(limited(200, "60"));
    ModelProvider model =
        connect(
            KEY,
            rates -> {
              throw new IllegalStateException("a defect of the taker");
            });

    assertThat(answer(model.complete(request("one"))).text()).isEqualTo("hi");
  }

  private static MockResponse limited(int status, String requests) {
    return new MockResponse.Builder()
        .code(status)
        .addHeader("X-RateLimit-Limit-Requests", requests)
        .body("hi")
        .build();
  }

  @Test
  void refusesAKeyThatNoHeaderMayHoldWithoutQuotingIt() {
    assertThatThrownBy(() -> connect(KEY + "\n", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Provider acme: the API key holds a character")
        .hasMessageNotContaining(KEY)
        .hasNoCause();
  }

  @Test
  void refusesUnknownDialectsAndAddressesThatAreNone() {
    assertThatThrownBy(
            () ->
                factory.connect(
                    Samples.model("latin", "http://x"), ProviderSecrets.NONE, 1, learnt -> {}))
        .hasMessage("Provider acme: dialect is latin, must be one of [plain]");
    assertThatThrownBy(
            () ->
                factory.connect(
                    Samples.model("plain", "ftp://x"), ProviderSecrets.NONE, 1, learnt -> {}))
        .hasMessage("Provider acme: base_url is not an http or https URL");
  }

  private ModelProvider connect(String key, Consumer<LearntRates> learnt) {
    return factory.connect(
        Samples.model("plain", server.url("/v1").toString()),
        ProviderSecrets.ofKey(key),
        1,
        learnt);
  }

  private ModelProvider connect(String key, int maxInFlight) {
    return factory.connect(
        Samples.model("plain", server.url("/v1").toString()),
        ProviderSecrets.ofKey(key),
        maxInFlight,
        learnt -> {});
  }

  /** Holds every request until so many have come. */
  private static final class AnswersWhenAllAreThere extends Dispatcher {
    private final CountDownLatch missing;

    AnswersWhenAllAreThere(int requests) {
      this.missing = new CountDownLatch(requests);
    }

    @Override
    public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
      missing.countDown();
      boolean all = missing.await(20, TimeUnit.SECONDS);
      return new MockResponse.Builder().body(all ? "all there" : "some are missing").build();
    }
  }
}

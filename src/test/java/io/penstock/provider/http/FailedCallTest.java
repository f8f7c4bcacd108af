package io.penstock.provider.http;

import static io.penstock.provider.Samples.failure;
import static io.penstock.provider.Samples.recorded;
import static io.penstock.provider.Samples.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.FailureKind;
import io.penstock.domain.ProviderSecrets;
import io.penstock.provider.ModelProvider;
import io.penstock.provider.Pressure;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.Samples;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import okio.BufferedSink;
import okio.GzipSink;
import okio.Okio;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each way of getting no answer is called, and what it may have cost. */
final class FailedCallTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final int MAX_BODY_BYTES = 1_000;
  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

  private final MockWebServer server = new MockWebServer();

  @BeforeEach
  void start() throws IOException {
    server.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aRefusedConnectionCostsNothing() throws IOException {
    ProviderException failure = call("http://127.0.0.1:" + closedPort(), LONG);

    assertThat(failure.kind()).isEqualTo(FailureKind.NETWORK);
    assertThat(failure.billing()).isEqualTo(Billing.REFUSED);
    assertThat(failure).hasMessageContaining("127.0.0.1 was not reached, nothing was sent");
  }

  @Test
  void anUnknownHostIsNamed() {
    ProviderException failure = call("http://no-such-host.invalid/v1", LONG);

    assertThat(failure.kind()).isEqualTo(FailureKind.NETWORK);
    assertThat(failure.billing()).isEqualTo(Billing.REFUSED);
    assertThat(failure).hasMessageContaining("no-such-host.invalid");
  }

  @Test
  void anUntrustedCertificateIsToldApart() throws Exception {
    server.useHttps(selfSigned().getSocketFactory());

    ProviderException failure = call("https://localhost:" + server.getPort(), LONG);

    assertThat(failure.kind()).isEqualTo(FailureKind.AUTHENTICATION);
    assertThat(failure.billing()).isEqualTo(Billing.NOT_BILLED);
    assertThat(failure).hasMessageContaining("the certificate of localhost is not trusted");
    assertThat(server.getRequestCount()).isZero();
  }

  @Test
  void noAnswerWithinTheTimeoutMayHaveBeenPaid() {
    server.enqueue(new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build());

    ProviderException failure = call(server.url("/").toString(), SHORT);

    assertThat(failure.kind()).isEqualTo(FailureKind.TIMEOUT);
    assertThat(failure.billing()).isEqualTo(Billing.POSSIBLE);
    assertThat(failure.status()).isZero();
  }

  @Test
  void theTimeoutCoversTheBody() {
    server.enqueue(
        new MockResponse.Builder()
            .body("x".repeat(100))
            .onResponseBody(SocketEffect.Stall.INSTANCE)
            .build());

    ProviderException failure = call(server.url("/").toString(), SHORT);

    assertThat(failure.kind()).isEqualTo(FailureKind.TIMEOUT);
    assertThat(failure.billing()).isEqualTo(Billing.POSSIBLE);
    assertThat(failure.status()).isEqualTo(200);
  }

  @Test
  void aBodyThatBreaksOffIsKeptAsFarAsItCame() {
    server.enqueue(
        new MockResponse.Builder()
            .body("x".repeat(100))
            .onResponseBody(new SocketEffect.CloseSocket())
            .build());

    ProviderException failure = call();

    assertThat(failure.kind()).isEqualTo(FailureKind.UNREADABLE_RESPONSE);
    assertThat(failure.billing()).isEqualTo(Billing.POSSIBLE);
    assertThat(failure).hasMessageContaining("breaks off");
    assertThat(failure.details().rawBody()).startsWith("xxx").hasSizeLessThan(100);
  }

  @Test
  void aRefusalWhoseBodyBreaksOffIsStillARefusal() {
    server.enqueue(
        new MockResponse.Builder()
            .code(429)
            .addHeader("Retry-After", "7")
            .body("x".repeat(100))
            .onResponseBody(new SocketEffect.CloseSocket())
            .build());

    ProviderException failure = call();

    assertThat(failure.kind()).isEqualTo(FailureKind.RATE_LIMITED);
    assertThat(failure.details().retryAfter()).isEqualTo(Duration.ofSeconds(7));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Retry-After: 7                                                   | slow down         | TOO_FAST",
        "Retry-After: 7; x-ratelimit-remaining-requests: 4                | slow down         | TOO_MANY",
        "x-ratelimit-remaining-requests: 4; x-ratelimit-remaining-tokens: 0 | slow down       | TOO_FAST",
        "anthropic-ratelimit-input-tokens-remaining: 0                    | slow down         | TOO_FAST",
        "anthropic-ratelimit-tokens-limit: 0                              | slow down         | TOO_MANY",
        "X-Other: 0                                                       | slow down         | TOO_MANY",
        "X-Other: 0                                                       | 5 calls per second | TOO_FAST",
        "Retry-After: 7; x-ratelimit-remaining-requests: 0                | max concurrency   | TOO_MANY"
      })
  void aRefusalTellsWhichLimitWasMet(String headers, String body, Pressure pressure) {
    MockResponse.Builder refusal = new MockResponse.Builder().code(429).body(body);
    Stream.of(headers.split("; ")).forEach(refusal::addHeader);
    server.enqueue(refusal.build());

    ProviderException failure = call();

    assertThat(failure.kind()).isEqualTo(FailureKind.RATE_LIMITED);
    assertThat(failure.billing()).isEqualTo(Billing.REFUSED);
    assertThat(failure.pressure()).isEqualTo(pressure);
  }

  @Test
  void aProviderWithoutCapacityIsNoRateWhateverItsHeaders() {
    server.enqueue(new MockResponse.Builder().code(503).addHeader("Retry-After", "7").build());

    assertThat(call().pressure()).isEqualTo(Pressure.OVERLOADED);
  }

  @Test
  void aBodyOverTheBoundIsNotTaken() {
    server.enqueue(new MockResponse.Builder().body("x".repeat(MAX_BODY_BYTES + 1)).build());

    ProviderException failure = call();

    assertThat(failure.kind()).isEqualTo(FailureKind.UNREADABLE_RESPONSE);
    assertThat(failure.billing()).isEqualTo(Billing.POSSIBLE);
    assertThat(failure).hasMessageContaining("more than 1000 bytes");
  }

  @Test
  void theBoundIsThatOfTheUnpackedBody() throws IOException {
    Buffer packed = new Buffer();
    try (BufferedSink sink = Okio.buffer(new GzipSink(packed))) {
      sink.write(new byte[1_000_000]);
    }
    server.enqueue(
        new MockResponse.Builder().addHeader("Content-Encoding", "gzip").body(packed).build());

    ProviderException failure = call();

    assertThat(failure).hasMessageContaining("more than 1000 bytes");
    assertThat(failure.details().rawBody()).hasSize(MAX_BODY_BYTES);
  }

  @Test
  void aDefectOfACodecLeavesNoCallerWaiting() {
    server.enqueue(new MockResponse.Builder().body("defect").build());

    ProviderException failure = call();

    assertThat(failure.kind()).isEqualTo(FailureKind.UNREADABLE_RESPONSE);
    assertThat(failure).hasMessageContaining("a defect of the codec");
    assertThat(failure.getCause()).hasStackTraceContaining("PlainCodec.decode");
  }

  @Test
  void aDateToWaitForIsCountedFromTheClock() {
    server.enqueue(
        new MockResponse.Builder()
            .code(503)
            .addHeader("Retry-After", "Sun, 22 Nov 2026 10:01:30 GMT")
            .build());

    ProviderException failure = call();

    assertThat(failure.details().retryAfter()).isEqualTo(Duration.ofSeconds(90));
  }

  private ProviderException call() {
    return call(server.url("/").toString(), LONG);
  }

  private static ProviderException call(String baseUrl, Duration requestTimeout) {
    ModelProvider model =
        new HttpProviderFactory(
                List.of(new PlainDialect()), MAX_BODY_BYTES, Clock.fixed(NOW, ZoneOffset.UTC))
            .connect(
                Samples.model("plain", baseUrl, requestTimeout),
                ProviderSecrets.NONE,
                1,
                learnt -> {});
    return failure(model.complete(request("hello")));
  }

  private static int closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static SSLContext selfSigned() throws Exception {
    char[] password = "not-a-secret".toCharArray();
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(new ByteArrayInputStream(recorded("http/self-signed.p12")), password);
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, password);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }
}

package io.penstock.provider.http;

import static io.penstock.provider.Samples.answer;
import static io.penstock.provider.Samples.failure;
import static io.penstock.provider.Samples.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.domain.FailureKind;
import io.penstock.domain.ModelSettings;
import io.penstock.domain.Network;
import io.penstock.domain.Network.HttpProxy;
import io.penstock.domain.ProviderSecrets;
import io.penstock.provider.ModelProvider;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.Samples;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Credentials;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Proxies, certificates of an own CA, further headers. */
final class NetworkTest {
  private static final HeldCertificate CA =
      new HeldCertificate.Builder().certificateAuthority(0).commonName("Test CA").build();
  private static final HeldCertificate OF_SERVER =
      new HeldCertificate.Builder().signedBy(CA).addSubjectAlternativeName("localhost").build();
  private static final String PASSWORD = "pass-0815";
  private static final String LOGIN = Credentials.basic("user", PASSWORD);
  private static final ProviderSecrets SECRETS =
      new ProviderSecrets("sk-1", Map.of(), PASSWORD, Set.of());

  private final MockWebServer server = new MockWebServer();
  private final HttpProviderFactory factory = new HttpProviderFactory(List.of(new PlainDialect()));

  @BeforeEach
  void start() throws IOException {
    server.start(InetAddress.getByName("localhost"), 0);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void useTls() {
    server.useHttps(
        new HandshakeCertificates.Builder().heldCertificate(OF_SERVER).build().sslSocketFactory());
  }

  private void say(String text) {
    server.enqueue(new MockResponse.Builder().body(text).build());
  }

  private ModelSettings model(Network network) {
    String scheme = server.url("/").scheme();
    return Samples.through(
        Samples.model("plain", scheme + "://localhost:" + server.getPort() + "/v1"), network);
  }

  private ModelProvider connect(Network network, ProviderSecrets secrets) {
    return factory.connect(model(network), secrets, 4, learnt -> {});
  }

  private static Network through(TestProxy proxy, String user, String certificates) {
    return new Network(new HttpProxy("localhost", proxy.port(), user), Map.of(), certificates);
  }

  private static String hello(ModelProvider model) throws Exception {
    return answer(model.complete(request("hello"))).text();
  }

  @Test
  void aServerOfAnOwnCaIsTrustedOnlyWithItsCertificate() throws Exception {
    useTls();
    say("hi");

    ProviderException strange = failure(connect(Network.PLAIN, SECRETS).complete(request("hello")));
    String pem = "the company's CA\n" + CA.certificatePem() + "and another\n" + CA.certificatePem();
    String answered = hello(connect(new Network(null, Map.of(), pem), SECRETS));

    assertThat(strange.kind()).isEqualTo(FailureKind.AUTHENTICATION);
    assertThat(strange.billing()).isEqualTo(Billing.NOT_BILLED);
    assertThat(strange).hasMessageContaining("ca_file");
    assertThat(answered).isEqualTo("hi");
    assertThat(server.getRequestCount()).isOne();
  }

  @Test
  void aTrustedServerOfAnotherNameIsAStranger() {
    useTls();
    Network trusting = new Network(null, Map.of(), CA.certificatePem());
    ModelSettings model =
        Samples.through(
            Samples.model("plain", "https://127.0.0.1:" + server.getPort() + "/v1"), trusting);

    ProviderException strange =
        failure(factory.connect(model, SECRETS, 1, learnt -> {}).complete(request("hello")));

    assertThat(strange.kind()).isEqualTo(FailureKind.AUTHENTICATION);
    assertThat(server.getRequestCount()).isZero();
  }

  @Test
  void theCertificatesOfTheJvmAreTrustedToo() {
    TrustedCertificates plain = TrustedCertificates.withJvms(CA.certificatePem());

    assertThat(plain.manager().getAcceptedIssuers())
        .contains(CA.certificate())
        .hasSizeGreaterThan(20);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"})
  void certificatesThatCannotBeReadAreSaid(String pem) {
    assertThatThrownBy(() -> connect(new Network(null, Map.of(), pem), SECRETS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Provider acme: ca_file ");
  }

  @Test
  void tlsGoesThroughTheProxyWithTheUserShownToThatAlone() throws Exception {
    useTls();
    say("hi");
    say("again");
    try (TestProxy proxy = TestProxy.asking(LOGIN)) {
      ModelProvider model = connect(through(proxy, "user", CA.certificatePem()), SECRETS);

      assertThat(List.of(hello(model), hello(model))).containsExactly("hi", "again");

      assertThat(proxy.requests())
          .as("one connection, and the user is shown unasked")
          .containsExactly("CONNECT localhost:" + server.getPort() + " HTTP/1.1");
      assertThat(proxy.heads().get(0)).doesNotContain("sk-1");
      RecordedRequest sent = server.takeRequest();
      assertThat(sent.getHeaders().get("x-key")).isEqualTo("sk-1");
      assertThat(sent.getHeaders().get("Proxy-Authorization")).isNull();
      assertThat(sent.getBody().utf8()).isEqualTo("hello");
    }
  }

  @Test
  void plainHttpGoesThroughTheProxyToo() throws Exception {
    say("hi");
    try (TestProxy proxy = TestProxy.asking(LOGIN)) {
      String answered = hello(connect(through(proxy, "user", ""), SECRETS));

      assertThat(answered).isEqualTo("hi");
      assertThat(proxy.requests())
          .containsExactly("POST http://localhost:" + server.getPort() + "/v1/say HTTP/1.1");
      assertThat(server.getRequestCount()).isOne();
    }
  }

  @Test
  void aProxyThatAsksForNobodyIsShownNobody() throws Exception {
    say("hi");
    try (TestProxy proxy = TestProxy.open()) {
      String answered = hello(connect(through(proxy, null, ""), ProviderSecrets.NONE));

      assertThat(answered).isEqualTo("hi");
      assertThat(proxy.heads().get(0)).doesNotContain("Proxy-Authorization");
    }
  }

  @ParameterizedTest
  @CsvSource({"true, user", "true, ", "false, user", "false, "})
  void aRefusedUserIsNotShownTwiceAndStopsTheRun(boolean tls, String user) throws Exception {
    if (tls) {
      useTls();
    }
    ProviderSecrets wrong = new ProviderSecrets("sk-1", Map.of(), "wrong-4711", Set.of());
    try (TestProxy proxy = TestProxy.asking(LOGIN)) {
      ModelProvider model = connect(through(proxy, user, CA.certificatePem()), wrong);

      ProviderException refused = failure(model.complete(request("hello")));

      assertThat(refused.kind()).isEqualTo(FailureKind.AUTHENTICATION);
      assertThat(refused.status()).isEqualTo(407);
      assertThat(refused)
          .hasMessageContaining("localhost through proxy localhost:" + proxy.port())
          .hasMessageContaining("asks for a user and password, or refuses those")
          .hasMessageNotContaining("4711");
      assertThat(proxy.requests()).hasSize(1);
      assertThat(server.getRequestCount()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "401, AUTHENTICATION, NOT_BILLED",
    "403, AUTHENTICATION, NOT_BILLED",
    "405, AUTHENTICATION, NOT_BILLED",
    "429, NETWORK, REFUSED",
    "502, NETWORK, REFUSED",
    "503, NETWORK, REFUSED"
  })
  void whatAProxyForbidsStopsTheRunAndWhatItCannotDoIsTriedAgain(
      int status, FailureKind kind, Billing billing) throws Exception {
    useTls();
    try (TestProxy proxy = TestProxy.open()) {
      proxy.refuseWith(status);

      ProviderException refused =
          failure(connect(through(proxy, null, ""), SECRETS).complete(request("hello")));

      assertThat(refused.kind()).isEqualTo(kind);
      assertThat(refused.billing()).isEqualTo(billing);
      assertThat(refused).hasMessageContaining("HTTP " + status + " on the way to localhost");
    }
  }

  @Test
  void aProxyThatIsNotThereIsNamed() {
    Network nowhere = new Network(new HttpProxy("localhost", 1, null), Map.of(), "");

    ProviderException refused = failure(connect(nowhere, SECRETS).complete(request("hello")));

    assertThat(refused.kind()).isEqualTo(FailureKind.NETWORK);
    assertThat(refused.billing()).isEqualTo(Billing.REFUSED);
    assertThat(refused).hasMessageContaining("localhost through proxy localhost:1 was not reached");
  }

  @Test
  void warmingUpTakesTheSameWayAndShowsNoKey() throws Exception {
    useTls();
    say("");
    say("hi");
    try (TestProxy proxy = TestProxy.asking(LOGIN)) {
      Network network = through(proxy, "user", CA.certificatePem());
      Route way = Route.of(network, SECRETS);

      assertThat(answer(WarmUp.start(server.url("/v1"), way))).isTrue();
      hello(connect(network, SECRETS));

      assertThat(proxy.requests()).hasSize(1);
      assertThat(server.takeRequest().getHeaders().get("x-key")).isNull();
      assertThat(server.takeRequest().getExchangeIndex()).as("same connection").isOne();
    }
  }

  @Test
  void headersAreSentSecretOnesTooAndReplaceTheDialects() throws Exception {
    say("hi");
    Network network = new Network(null, Map.of("X-Dialect", "mine", "x-team", "data"), "");
    ProviderSecrets secrets =
        new ProviderSecrets("sk-1", Map.of("X-Gate-Token", "t-1"), null, Set.of());

    hello(connect(network, secrets));

    RecordedRequest sent = server.takeRequest();
    assertThat(sent.getHeaders().values("x-dialect")).containsExactly("mine");
    assertThat(sent.getHeaders().get("x-team")).isEqualTo("data");
    assertThat(sent.getHeaders().get("X-Gate-Token")).isEqualTo("t-1");
    assertThat(sent.getHeaders().get("x-key")).isEqualTo("sk-1");
  }

  @Test
  void aSecretThatNoHeaderMayHoldIsNotQuoted() {
    ProviderSecrets secrets =
        new ProviderSecrets(null, Map.of("X-Gate-Token", "t-1\u00e9"), null, Set.of());

    assertThatThrownBy(() -> connect(Network.PLAIN, secrets))
        .hasMessageStartingWith(
            "Provider acme: the header X-Gate-Token holds a character that no header may hold")
        .hasMessageNotContaining("t-1")
        .hasNoCause();
  }

  @Test
  void equalWaysShareAClientAndAllShareThreadsAndPool() {
    Network one = new Network(new HttpProxy("p", 1, "user"), Map.of(), CA.certificatePem());
    Network same =
        new Network(new HttpProxy("p", 1, "user"), Map.of("a", "b"), CA.certificatePem());

    assertThat(SharedClient.through(Route.of(one, SECRETS)))
        .isSameAs(SharedClient.through(Route.of(same, SECRETS)))
        .isNotSameAs(
            SharedClient.through(
                Route.of(one, new ProviderSecrets(null, Map.of(), "other", Set.of()))))
        .satisfies(
            client -> {
              assertThat(client.dispatcher()).isSameAs(SharedClient.plain().dispatcher());
              assertThat(client.connectionPool()).isSameAs(SharedClient.plain().connectionPool());
              assertThat(client.retryOnConnectionFailure()).isFalse();
            });
    assertThat(Route.of(one, SECRETS).toString()).doesNotContain(PASSWORD, LOGIN);
  }

  /** On a JDK that has none, on a thread of ours. */
  @Test
  void callsRunOnVirtualThreadsWhereTheJdkHasThem() throws Exception {
    server.enqueue(
        new MockResponse.Builder()
            .addHeader("x-ratelimit-limit-requests", "60")
            .body("hi")
            .build());
    Thread[] ran = new Thread[1];
    ModelProvider model =
        factory.connect(
            model(Network.PLAIN), SECRETS, 1, learnt -> ran[0] = Thread.currentThread());

    hello(model);

    if (Runtime.version().feature() >= 21) {
      assertThat(Thread.class.getMethod("isVirtual").invoke(ran[0])).isEqualTo(true);
    } else {
      assertThat(ran[0].isDaemon()).isTrue();
    }
  }
}

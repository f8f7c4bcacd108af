package io.penstock.provider.http;

import static io.penstock.provider.Samples.recorded;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Over TLS, from a JVM that trusts the server's certificate as any would: by its settings. */
final class Http2Test {
  private static final char[] PASSWORD = "not-a-secret".toCharArray();

  @TempDir Path folder;

  @Test
  @Timeout(120)
  void callsAtOnceShareTheConnectionThatWasWarmedUp() throws Exception {
    try (MockWebServer server = new MockWebServer()) {
      server.useHttps(serverSide().getSocketFactory());
      server.setDispatcher(new AnswersWhenAllAreThere(ManyCalls.CALLS));
      server.start();

      List<String> answers = linesOf("https://localhost:" + server.getPort() + "/v1");

      assertThat(answers).hasSize(ManyCalls.CALLS).containsOnly("all there");
      assertThat(server.getRequestCount()).isEqualTo(1 + ManyCalls.CALLS);
      assertThat(server.takeRequest().getRequestLine()).isEqualTo("HEAD / HTTP/2");
      for (int i = 0; i < ManyCalls.CALLS; i++) {
        RecordedRequest call = server.takeRequest();
        assertThat(call.getRequestLine()).isEqualTo("POST /v1/say HTTP/2");
        assertThat(call.getConnectionIndex()).isZero();
      }
    }
  }

  private List<String> linesOf(String baseUrl) throws Exception {
    Process calls =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Djavax.net.ssl.trustStore=" + trustStore(),
                "-Djavax.net.ssl.trustStorePassword=" + String.valueOf(PASSWORD),
                "-cp",
                System.getProperty("java.class.path"),
                ManyCalls.class.getName(),
                baseUrl)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader out = calls.inputReader()) {
      return out.lines().toList();
    } finally {
      calls.destroyForcibly().waitFor();
    }
  }

  private static SSLContext serverSide() throws GeneralSecurityException, IOException {
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(selfSigned(), PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  private Path trustStore() throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("server", selfSigned().getCertificate("server"));
    Path file = folder.resolve("trusted.p12");
    try (OutputStream out = Files.newOutputStream(file)) {
      trusted.store(out, PASSWORD);
    }
    return file;
  }

  private static KeyStore selfSigned() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(new ByteArrayInputStream(recorded("http/self-signed.p12")), PASSWORD);
    return store;
  }

  /** Holds every call until so many have come; warming up is none. */
  private static final class AnswersWhenAllAreThere extends Dispatcher {
    private final CountDownLatch missing;

    AnswersWhenAllAreThere(int calls) {
      this.missing = new CountDownLatch(calls);
    }

    @Override
    public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
      if (request.getMethod().equals("HEAD")) {
        return new MockResponse.Builder().code(404).build();
      }
      missing.countDown();
      boolean all = missing.await(20, TimeUnit.SECONDS);
      return new MockResponse.Builder().body(all ? "all there" : "some are missing").build();
    }
  }
}

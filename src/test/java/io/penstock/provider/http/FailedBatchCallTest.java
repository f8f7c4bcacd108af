package io.penstock.provider.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.penstock.domain.FailureKind;
import io.penstock.domain.ProviderSecrets;
import io.penstock.provider.BatchFile;
import io.penstock.provider.BatchLine;
import io.penstock.provider.BatchOrder;
import io.penstock.provider.BatchProvider;
import io.penstock.provider.ProviderBatch;
import io.penstock.provider.ProviderBatch.Counts;
import io.penstock.provider.ProviderBatch.State;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.Samples;
import io.penstock.provider.TextFile;
import io.penstock.provider.openai.OpenAiDialect;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is known of a batch after a call that failed. */
final class FailedBatchCallTest {
  private static final String KEY = "made-up-key-0820";
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final long MAX_LINE_BYTES = 1_000;
  private static final TextFile LINES = new TextFile("{}\n{}\n");
  private static final BatchOrder ORDER = new BatchOrder(LINES, "file-1", Map.of());
  private static final String LINE =
      "{\"custom_id\":\"%d\",\"response\":null,\"error\":{\"code\":\"batch_expired\"}}\n";

  private final MockWebServer server = new MockWebServer();

  @BeforeEach
  void start() throws IOException {
    server.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private BatchProvider batches(Duration timeout) {
    return batches(server.url("/v1").toString(), timeout);
  }

  private static BatchProvider batches(String baseUrl, Duration timeout) {
    return new HttpProviderFactory(List.of(new OpenAiDialect()), MAX_LINE_BYTES, Clock.systemUTC())
        .batches(Samples.model("openai", baseUrl, timeout), ProviderSecrets.ofKey(KEY))
        .orElseThrow();
  }

  private void say(int status, String body, String... headers) {
    MockResponse.Builder answer = new MockResponse.Builder().code(status).body(body);
    for (String header : headers) {
      answer.addHeader(header);
    }
    server.enqueue(answer.build());
  }

  private static ProviderException failure(ThrowingCallable call) {
    return catchThrowableOfType(ProviderException.class, call);
  }

  @Test
  void anOrderWhoseAnswerIsLostMayHaveMadeABatch() {
    server.enqueue(
        new MockResponse.Builder().onResponseStart(new SocketEffect.CloseSocket()).build());
    server.enqueue(new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build());
    say(200, "{\"status\":\"validating\"}");

    ProviderException reset = failure(() -> batches(LONG).create(ORDER));
    ProviderException late = failure(() -> batches(SHORT).create(ORDER));
    ProviderException unread = failure(() -> batches(LONG).create(ORDER));

    assertThat(List.of(reset.kind(), late.kind(), unread.kind()))
        .containsExactly(FailureKind.NETWORK, FailureKind.TIMEOUT, FailureKind.UNREADABLE_RESPONSE);
    assertThat(List.of(reset, late, unread))
        .allMatch(failure -> failure.billing() == Billing.POSSIBLE);
    assertThat(server.getRequestCount()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "500 | {\"error\":{\"message\":\"oops\"}}       | SERVER_ERROR   | POSSIBLE",
        "502 | <html>Bad gateway</html>                 | SERVER_ERROR   | POSSIBLE",
        "503 | <html>No upstream</html>                 | OVERLOADED     | POSSIBLE",
        "503 | {\"error\":{\"message\":\"slow down\"}}  | OVERLOADED     | REFUSED",
        "504 | <html>Timeout</html>                     | TIMEOUT        | POSSIBLE",
        "429 | {\"error\":{\"message\":\"too many\"}}   | RATE_LIMITED   | REFUSED",
        "401 | {\"error\":{\"message\":\"no such key\"}} | AUTHENTICATION | NOT_BILLED",
        "302 | moved                                    | NOT_FOUND      | NOT_BILLED"
      })
  void aStatusTellsWhetherThereMayBeABatch(
      int status, String body, FailureKind kind, Billing billing) {
    say(status, body);

    ProviderException failure = failure(() -> batches(LONG).create(ORDER));

    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure.billing()).isEqualTo(billing);
  }

  @Test
  void whatIsOnlyAskedForCostsNothing() {
    say(504, "<html>Timeout</html>");
    server.enqueue(new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build());

    ProviderException refused = failure(() -> batches(LONG).retrieve("batch_1"));
    ProviderException late = failure(() -> batches(SHORT).list(Instant.EPOCH));

    assertThat(refused.billing()).isEqualTo(Billing.NOT_BILLED);
    assertThat(late.billing()).isEqualTo(Billing.NOT_BILLED);
    assertThat(late.kind()).isEqualTo(FailureKind.TIMEOUT);
  }

  @Test
  void whereNobodyListensNothingWasMade() throws IOException {
    int closed;
    try (ServerSocket socket = new ServerSocket(0)) {
      closed = socket.getLocalPort();
    }
    BatchProvider batches = batches("http://127.0.0.1:" + closed + "/v1", LONG);

    assertThat(failure(() -> batches.create(ORDER)).billing()).isEqualTo(Billing.REFUSED);
    assertThat(failure(() -> batches.upload(LINES)).billing()).isEqualTo(Billing.REFUSED);
  }

  @Test
  void noOrderIsSentTwice() {
    for (int i = 0; i < 3; i++) {
      say(503, "{\"error\":{\"message\":\"again\"}}", "Retry-After: 0");
    }
    BatchProvider batches = batches(LONG);

    assertThat(failure(() -> batches.upload(LINES)).status()).isEqualTo(503);
    assertThat(failure(() -> batches.create(ORDER)).status()).isEqualTo(503);
    assertThat(failure(() -> batches.cancel("batch_1")).status()).isEqualTo(503);

    assertThat(server.getRequestCount()).isEqualTo(3);
  }

  @Test
  void aFileThatCannotBeReadIsNotUploaded() {
    say(200, "{\"id\":\"file-1\"}");

    ProviderException failure = failure(() -> batches(LONG).upload(new Unreadable()));

    assertThat(failure.billing()).isEqualTo(Billing.NOT_BILLED);
    assertThat(failure).hasMessageContaining("could not be read").hasMessageContaining("disk gone");
  }

  @Test
  void keysAreMaskedInMessagesAndInWhatBatchesTell() throws Exception {
    String told = "Key " + KEY + " or sk-proj-abcdefgh";
    say(401, "{\"error\":{\"message\":\"%s\"}}".formatted(told));
    say(
        200,
        "{\"id\":\"batch_1\",\"errors\":{\"data\":[{\"code\":\"x\",\"message\":\"%s\"}]}}"
            .formatted(told));
    say(
        200,
        "{\"custom_id\":\"1\",\"error\":{\"code\":\"batch_expired\",\"message\":\"%s\"}}\n"
            .formatted(told));
    BatchProvider batches = batches(LONG);
    List<BatchLine> lines = new ArrayList<>();

    ProviderException refused = failure(() -> batches.retrieve("batch_1"));
    ProviderBatch batch = batches.retrieve("batch_1");
    batches.results(ended(0), lines::add);

    assertThat(refused).hasMessage("acme/tiny-1: HTTP 401: Key *** or ***");
    assertThat(batch.error()).isEqualTo("x: Key *** or ***");
    assertThat(batch.problems().get(0).message()).isEqualTo("x: Key *** or ***");
    assertThat(lines.get(0).failure()).hasMessageEndingWith("batch_expired: Key *** or ***");
  }

  @Test
  void aDownloadThatBreaksOffIsTold() {
    server.enqueue(
        new MockResponse.Builder()
            .body(LINE.formatted(1).repeat(20))
            .onResponseBody(new SocketEffect.CloseSocket())
            .build());
    List<BatchLine> lines = new ArrayList<>();

    ProviderException failure = failure(() -> batches(LONG).results(ended(20), lines::add));

    assertThat(failure.kind()).isEqualTo(FailureKind.NETWORK);
    assertThat(failure.billing()).isEqualTo(Billing.NOT_BILLED);
    assertThat(lines).hasSizeLessThan(20);
  }

  /** Half a second for each line: together more than the timeout, which none comes near. */
  @Test
  void resultsTakeAsLongAsTheirBytesTake() throws Exception {
    String line = LINE.formatted(1);
    server.enqueue(
        new MockResponse.Builder()
            .body(line.repeat(6))
            .throttleBody(line.length(), 500, TimeUnit.MILLISECONDS)
            .build());
    List<BatchLine> lines = new ArrayList<>();

    batches(Duration.ofSeconds(2)).results(ended(6), lines::add);

    assertThat(lines).hasSize(6);
  }

  @Test
  void resultsThatFallSilentAreTold() {
    server.enqueue(
        new MockResponse.Builder()
            .body(LINE.formatted(1).repeat(6))
            .onResponseBody(SocketEffect.Stall.INSTANCE)
            .build());

    ProviderException failure = failure(() -> batches(SHORT).results(ended(6), line -> {}));

    assertThat(failure.kind()).isEqualTo(FailureKind.NETWORK);
    assertThat(failure).hasMessageContaining("broke off");
  }

  @Test
  void aLastLineThatIsCutIsTold() {
    say(200, LINE.formatted(1) + LINE.formatted(2).substring(0, 30));
    List<BatchLine> lines = new ArrayList<>();

    ProviderException failure = failure(() -> batches(LONG).results(ended(0), lines::add));

    assertThat(failure).hasMessageContaining("the last of 2 lines is cut");
    assertThat(lines).hasSize(1);
  }

  @Test
  void aLastLineNeedNotEndInALineFeed() throws Exception {
    say(200, LINE.formatted(1) + LINE.formatted(2).strip());
    List<BatchLine> lines = new ArrayList<>();

    batches(LONG).results(ended(0), lines::add);

    assertThat(lines).extracting(BatchLine::customId).containsExactly("1", "2");
  }

  /** Without a length, the end of the connection is the end of the body. */
  @Test
  void linesThatAreMissingAreToldWhereTheBodyCannotShowIt() {
    server.enqueue(unbounded());
    server.enqueue(unbounded());

    ProviderException failure = failure(() -> batches(LONG).results(ended(3), line -> {}));

    assertThat(failure).hasMessageContaining("1 lines of 3 came");
    assertThat(failure(() -> batches(LONG).results(ended(1), line -> {}))).isNull();
  }

  private static MockResponse unbounded() {
    return new MockResponse.Builder()
        .body(LINE.formatted(1))
        .removeHeader("Content-Length")
        .onResponseEnd(SocketEffect.ShutdownConnection.INSTANCE)
        .build();
  }

  @Test
  void whatIsOfNoRequestIsLeftOut() throws Exception {
    String endless = "x".repeat(20_000) + "\n";
    say(200, "no JSON\n\n" + LINE.formatted(1) + endless + "{\"id\":\"2\"}\n" + LINE.formatted(3));
    List<BatchLine> lines = new ArrayList<>();

    batches(LONG).results(ended(0), lines::add);

    assertThat(lines).extracting(BatchLine::customId).containsExactly("1", "3");
  }

  @Test
  void aPageOfAnotherKindIsNoResult() {
    say(200, "<html>\n<body>Log in</body>\n</html>\n");

    ProviderException failure = failure(() -> batches(LONG).results(ended(0), line -> {}));

    assertThat(failure.kind()).isEqualTo(FailureKind.UNREADABLE_RESPONSE);
  }

  @Test
  void theTakersOwnFailureIsThrownOn() {
    say(200, LINE.formatted(1));
    IOException full = new IOException("disk full");

    assertThatThrownBy(
            () ->
                batches(LONG)
                    .results(
                        ended(0),
                        line -> {
                          throw full;
                        }))
        .isSameAs(full);
  }

  @Test
  void anotherServerIsAskedWithoutTheKey() throws Exception {
    try (MockWebServer storage = new MockWebServer()) {
      storage.start();
      storage.enqueue(new MockResponse.Builder().body(LINE.formatted(1)).build());
      say(302, "", "Location: " + storage.url("/signed?sig=1"));
      List<BatchLine> lines = new ArrayList<>();

      batches(LONG).results(ended(0), lines::add);

      RecordedRequest asked = storage.takeRequest();
      assertThat(asked.getTarget()).isEqualTo("/signed?sig=1");
      assertThat(asked.getHeaders().toString()).doesNotContain(KEY);
      assertThat(lines).hasSize(1);
    }
  }

  @Test
  void theOwnServerIsAskedWithTheKeyAgain() throws Exception {
    say(302, "", "Location: /elsewhere");
    say(200, LINE.formatted(1));
    List<BatchLine> lines = new ArrayList<>();

    batches(LONG).results(ended(0), lines::add);

    server.takeRequest();
    RecordedRequest asked = server.takeRequest();
    assertThat(asked.getTarget()).isEqualTo("/elsewhere");
    assertThat(asked.getHeaders().get("Authorization")).isEqualTo("Bearer " + KEY);
    assertThat(lines).hasSize(1);
  }

  private static ProviderBatch ended(long completed) {
    return new ProviderBatch(
        "batch_1",
        State.COMPLETED,
        Instant.EPOCH,
        null,
        null,
        new Counts(completed, completed, 0),
        Map.of(),
        List.of("/files/file-1/content"),
        null,
        List.of());
  }

  private record Unreadable() implements BatchFile {
    @Override
    public String name() {
      return "b.jsonl";
    }

    @Override
    public long bytes() {
      return 10;
    }

    @Override
    public InputStream open() throws IOException {
      throw new IOException("disk gone");
    }
  }
}

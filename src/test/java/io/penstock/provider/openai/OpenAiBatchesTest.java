package io.penstock.provider.openai;

import static io.penstock.provider.Samples.recorded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.domain.FailureKind;
import io.penstock.domain.ProviderSecrets;
import io.penstock.domain.TokenUsage;
import io.penstock.provider.BatchLimits;
import io.penstock.provider.BatchLine;
import io.penstock.provider.BatchOrder;
import io.penstock.provider.BatchProvider;
import io.penstock.provider.ProviderBatch;
import io.penstock.provider.ProviderBatch.Counts;
import io.penstock.provider.ProviderBatch.Problem;
import io.penstock.provider.ProviderBatch.State;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.QueueLimit;
import io.penstock.provider.Samples;
import io.penstock.provider.TextFile;
import io.penstock.provider.http.HttpProviderFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OpenAiBatchesTest {
  private static final String KEY = "made-up-key-0817";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TextFile LINES =
      new TextFile("{\"custom_id\":\"1\"}\n{\"custom_id\":\"2\"}\n");
  private static final Map<String, String> TAGS =
      Map.of("penstock_batch", "b-7", "penstock_run", "r-1");

  private final MockWebServer server = new MockWebServer();
  private BatchProvider batches;

  @BeforeEach
  void start() throws IOException {
    server.start();
    batches =
        new HttpProviderFactory(List.of(new OpenAiDialect()))
            .batches(
                Samples.model("openai", server.url("/v1").toString()), ProviderSecrets.ofKey(KEY))
            .orElseThrow();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void say(String recorded) {
    say(200, new String(recorded("openai/batches/" + recorded), StandardCharsets.UTF_8));
  }

  private void say(int status, String body) {
    server.enqueue(new MockResponse.Builder().code(status).body(body).build());
  }

  @Test
  void aLineIsTheRequestThatACallWouldSend() throws IOException {
    byte[] line = batches.line(Samples.request("two\nlines"));

    assertThat(new String(line, StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"custom_id\":\"v1-00000000000000000000000000000000\",\"method\":\"POST\","
                + "\"url\":\"/v1/chat/completions\",\"body\":{\"model\":\"tiny-1\",\"messages\":"
                + "[{\"role\":\"user\",\"content\":\"two\\nlines\"}],"
                + "\"max_completion_tokens\":256}}");
    assertThat(batches.limits()).isEqualTo(new BatchLimits(50_000, 200_000_000));
    assertThat(batches.uploadsFirst()).isTrue();
  }

  @Test
  void uploadsTheLinesAsAFile() throws Exception {
    say("file.json");

    assertThat(batches.upload(LINES)).isEqualTo("file-abc123");

    RecordedRequest sent = server.takeRequest();
    assertThat(sent.getRequestLine()).isEqualTo("POST /v1/files HTTP/1.1");
    assertThat(sent.getHeaders().get("Authorization")).isEqualTo("Bearer " + KEY);
    assertThat(sent.getHeaders().get("Content-Type")).startsWith("multipart/form-data; boundary=");
    assertThat(sent.getBody().utf8())
        .contains("name=\"purpose\"")
        .contains("\r\n\r\nbatch\r\n")
        .contains("name=\"file\"; filename=\"penstock-b-7.jsonl\"")
        .contains("\r\n\r\n" + LINES.text() + "\r\n--");
  }

  @Test
  void createsATaggedBatchOfTheUpload() throws Exception {
    say("validating.json");

    ProviderBatch batch = batches.create(new BatchOrder(LINES, "file-abc123", TAGS));

    RecordedRequest sent = server.takeRequest();
    assertThat(sent.getRequestLine()).isEqualTo("POST /v1/batches HTTP/1.1");
    assertThat(JSON.readTree(sent.getBody().toByteArray()))
        .isEqualTo(JSON.readTree(recorded("openai/batches/order.json")));
    assertThat(batch.id()).isEqualTo("batch_abc123");
    assertThat(batch.state()).isEqualTo(State.VALIDATING);
    assertThat(batch.createdAt()).isEqualTo(Instant.ofEpochSecond(1711471533));
    assertThat(batch.expiresAt()).isEqualTo(Instant.ofEpochSecond(1711557933));
    assertThat(batch.tags()).isEqualTo(TAGS);
    assertThat(batch.error()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "validating, VALIDATING",
    "in_progress, IN_PROGRESS",
    "finalizing, FINALIZING",
    "cancelling, CANCELLING",
    "completed, COMPLETED",
    "failed, FAILED",
    "expired, EXPIRED",
    "cancelled, CANCELLED",
    "Cancelled, CANCELLED",
    "a new word, IN_PROGRESS"
  })
  void readsEachStatus(String status, State state) throws Exception {
    say(200, "{\"id\":\"batch_1\",\"status\":\"%s\"}".formatted(status));

    assertThat(batches.retrieve("batch_1").state()).isEqualTo(state);
    assertThat(server.takeRequest().getRequestLine()).isEqualTo("GET /v1/batches/batch_1 HTTP/1.1");
  }

  @Test
  void aFullQueueIsToldWithItsLimit() throws Exception {
    say("queue-full.json");

    ProviderBatch batch = batches.retrieve("batch_abc123");

    assertThat(batch.state()).isEqualTo(State.FAILED);
    assertThat(batch.isQueueFull()).isTrue();
    assertThat(QueueLimit.tokensIn(batch.error())).hasValue(90_000);
    assertThat(batch.error()).startsWith("token_limit_exceeded: Enqueued token limit reached");
    assertThat(batch.problems().get(0).kind()).isEqualTo(FailureKind.RATE_LIMITED);
  }

  @Test
  void problemsOfLinesAreToldOneByOne() throws Exception {
    say("invalid-lines.json");

    ProviderBatch batch = batches.retrieve("batch_abc123");

    assertThat(batch.isQueueFull()).isFalse();
    assertThat(batch.error())
        .isEqualTo(
            "invalid_json_line: This line is not parseable as valid JSON. in line 3 (one of 2)");
    assertThat(batch.problems()).extracting(Problem::line).containsExactly(3, 5);
    assertThat(batch.problems())
        .extracting(Problem::kind)
        .containsOnly(FailureKind.INVALID_REQUEST);
  }

  @Test
  void aRefusalOverTheQueueMayPass() {
    say(
        400,
        "{\"error\":{\"message\":\"Enqueued token limit reached for m. Limit: 2,000,000 enqueued"
            + " tokens.\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":null}}");

    ProviderException refusal = refusal(() -> batches.create(order()));

    assertThat(refusal.kind()).isEqualTo(FailureKind.RATE_LIMITED);
    assertThat(refusal.billing()).isEqualTo(Billing.REFUSED);
  }

  @Test
  void aBatchThatIsNotThereIsNotFound() {
    say(404, new String(recorded("openai/batches/not-found.json"), StandardCharsets.UTF_8));

    ProviderException refusal = refusal(() -> batches.retrieve("batch_abc123"));

    assertThat(refusal.kind()).isEqualTo(FailureKind.NOT_FOUND);
    assertThat(refusal).hasMessageStartingWith("acme/tiny-1: HTTP 404");
  }

  @Test
  void readsAnswersAndFailuresOfBothFiles() throws Exception {
    say("expired.json");
    say("output.jsonl");
    say("errors.jsonl");
    ProviderBatch batch = batches.retrieve("batch_abc123");

    Map<String, BatchLine> lines = results(batch);

    assertThat(batch.state()).isEqualTo(State.EXPIRED);
    assertThat(batch.counts()).isEqualTo(new Counts(7, 2, 5));
    server.takeRequest();
    assertThat(server.takeRequest().getTarget()).isEqualTo("/v1/files/file-out1/content");
    assertThat(server.takeRequest().getTarget()).isEqualTo("/v1/files/file-err1/content");
    assertThat(lines.keySet()).containsExactly("2", "1", "3", "4", "5", "6", "7", "8");
    assertThat(lines.get("2").answer().text()).isEqualTo("Four.\nSure.");
    assertThat(lines.get("2").answer().usage()).isEqualTo(new TokenUsage(24, 8, 0, 0, 15, 0));
    assertThat(kinds(lines))
        .containsExactly(
            "1 UNREADABLE_RESPONSE BILLED",
            "3 RATE_LIMITED NOT_BILLED",
            "4 EXPIRED NOT_BILLED",
            "5 CANCELLED NOT_BILLED",
            "6 TIMEOUT NOT_BILLED",
            "7 SERVER_ERROR NOT_BILLED",
            "8 UNREADABLE_RESPONSE NOT_BILLED");
    assertThat(lines.get("1").failure().details().usage()).isEqualTo(TokenUsage.of(20, 9));
    assertThat(lines.get("4").failure())
        .hasMessage(
            "acme/tiny-1: the batch did not come to it: batch_expired: This request could not be"
                + " executed before the completion window expired.");
  }

  @Test
  void listsUntilOlderOnesCome() throws Exception {
    say(200, page(true, 500, 400));
    say(200, page(true, 300, 200));
    say(200, page(true, 100));

    List<ProviderBatch> listed = batches.list(Instant.ofEpochMilli(300_900));

    assertThat(listed).extracting(ProviderBatch::id).containsExactly("b-500", "b-400", "b-300");
    assertThat(server.takeRequest().getTarget()).isEqualTo("/v1/batches?limit=100");
    assertThat(server.takeRequest().getTarget()).isEqualTo("/v1/batches?limit=100&after=b-400");
    assertThat(server.takeRequest().getTarget()).isEqualTo("/v1/batches?limit=100&after=b-200");
    assertThat(server.getRequestCount()).isEqualTo(3);
  }

  @Test
  void theLastPageEndsTheList() throws Exception {
    say(200, page(false, 500, 400));

    assertThat(batches.list(Instant.EPOCH)).hasSize(2);
  }

  @Test
  void cancelsWithAnEmptyBody() throws Exception {
    say(200, "{\"id\":\"batch_1\",\"status\":\"cancelling\"}");

    assertThat(batches.cancel("batch_1").state()).isEqualTo(State.CANCELLING);

    RecordedRequest sent = server.takeRequest();
    assertThat(sent.getRequestLine()).isEqualTo("POST /v1/batches/batch_1/cancel HTTP/1.1");
    assertThat(sent.getBodySize()).isZero();
    assertThat(sent.getHeaders().get("Content-Type")).isNull();
  }

  @Test
  void cancellingWhatHasEndedLeavesItAsItIs() throws Exception {
    say(409, "{\"error\":{\"message\":\"Cannot cancel a batch with status 'completed'.\"}}");
    say(200, "{\"id\":\"batch_1\",\"status\":\"completed\"}");

    assertThat(batches.cancel("batch_1").state()).isEqualTo(State.COMPLETED);
  }

  @Test
  void forgetsAnUploadAndDoesNotMindARefusal() throws Exception {
    say(200, "{\"id\":\"file-1\",\"deleted\":true}");
    say(404, "{}");

    batches.forget("file-1");
    batches.forget("file-1");

    assertThat(server.takeRequest().getRequestLine()).isEqualTo("DELETE /v1/files/file-1 HTTP/1.1");
    assertThat(server.getRequestCount()).isEqualTo(2);
  }

  private static BatchOrder order() {
    return new BatchOrder(LINES, "file-abc123", Map.of());
  }

  private static String page(boolean hasMore, long... created) {
    List<String> listed = new ArrayList<>();
    for (long at : created) {
      listed.add("{\"id\":\"b-%d\",\"status\":\"completed\",\"created_at\":%d}".formatted(at, at));
    }
    return "{\"object\":\"list\",\"data\":%s,\"has_more\":%s}".formatted(listed, hasMore);
  }

  /** By the last digit of their ids, in the order in which they came. */
  private Map<String, BatchLine> results(ProviderBatch batch) throws Exception {
    Map<String, BatchLine> lines = new LinkedHashMap<>();
    batches.results(
        batch, line -> lines.put(line.customId().substring(line.customId().length() - 1), line));
    return lines;
  }

  private static List<String> kinds(Map<String, BatchLine> lines) {
    List<String> kinds = new ArrayList<>();
    lines.forEach(
        (id, line) -> {
          ProviderException failure = line.failure();
          if (failure != null) {
            kinds.add(id + " " + failure.kind() + " " + failure.billing());
          }
        });
    return kinds;
  }

  private static ProviderException refusal(ThrowingCallable call) {
    return catchThrowableOfType(ProviderException.class, call);
  }
}

package io.penstock.provider.anthropic;

import static io.penstock.provider.Samples.recorded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.domain.FailureKind;
import io.penstock.domain.ModelSettings;
import io.penstock.domain.Network;
import io.penstock.domain.ProviderSecrets;
import io.penstock.domain.TokenUsage;
import io.penstock.provider.BatchLimits;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AnthropicBatchesTest {
  private static final String KEY = "made-up-key-0818";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final MockWebServer server = new MockWebServer();
  private BatchProvider batches;

  @BeforeEach
  void start() throws IOException {
    server.start();
    Network network = new Network(null, Map.of("anthropic-beta", "output-300k"), "");
    ModelSettings model =
        Samples.through(Samples.model("anthropic", server.url("/v1").toString()), network);
    batches =
        new HttpProviderFactory(List.of(new AnthropicDialect()))
            .batches(model, ProviderSecrets.ofKey(KEY))
            .orElseThrow();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void say(String recorded) {
    say(200, new String(recorded("anthropic/batches/" + recorded), StandardCharsets.UTF_8));
  }

  private void say(int status, String body) {
    server.enqueue(new MockResponse.Builder().code(status).body(body).build());
  }

  @Test
  void aLineIsTheRequestThatACallWouldSend() {
    String line = new String(batches.line(Samples.request("hi")), StandardCharsets.UTF_8);

    assertThat(line)
        .isEqualTo(
            "{\"custom_id\":\"v1-00000000000000000000000000000000\",\"params\":{\"model\":\"tiny-1\","
                + "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":256}}");
    assertThat(line).containsPattern("\"custom_id\":\"[a-zA-Z0-9_-]{1,64}\"");
    assertThat(batches.limits()).isEqualTo(new BatchLimits(100_000, 256_000_000));
    assertThat(batches.uploadsFirst()).isFalse();
  }

  @Test
  void createsABatchOfTheLinesThemselves() throws Exception {
    say("in-progress.json");
    TextFile lines = new TextFile("{\"custom_id\":\"1\"}\n{\"custom_id\":\"2\"}\n");

    ProviderBatch batch = batches.create(new BatchOrder(lines, null, Map.of("run", "r-1")));

    RecordedRequest sent = server.takeRequest();
    assertThat(sent.getRequestLine()).isEqualTo("POST /v1/messages/batches HTTP/1.1");
    assertThat(sent.getHeaders().get("x-api-key")).isEqualTo(KEY);
    assertThat(sent.getHeaders().get("anthropic-version")).isEqualTo("2023-06-01");
    assertThat(sent.getHeaders().get("anthropic-beta")).isEqualTo("output-300k");
    assertThat(sent.getHeaders().get("Content-Type")).isEqualTo("application/json");
    assertThat(JSON.readTree(sent.getBody().toByteArray()))
        .isEqualTo(JSON.readTree("{\"requests\":[{\"custom_id\":\"1\"},{\"custom_id\":\"2\"}]}"));
    assertThat(batch.id()).isEqualTo("msgbatch_01");
    assertThat(batch.state()).isEqualTo(State.IN_PROGRESS);
    assertThat(batch.createdAt()).isEqualTo(Instant.parse("2024-09-24T18:37:24.100435Z"));
    assertThat(batch.expiresAt()).isEqualTo(Instant.parse("2024-09-25T18:37:24.100435Z"));
    assertThat(batch.counts()).isEqualTo(new Counts(2, 0, 0));
    assertThat(batch.resultPaths()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "in_progress, null, 0, 0, IN_PROGRESS",
    "canceling, null, 0, 0, CANCELLING",
    "ended, null, 0, 0, COMPLETED",
    "ended, null, 0, 1, EXPIRED",
    "ended, '\"2024-09-24T19:00:00Z\"', 1, 0, CANCELLED",
    "ended, '\"2024-09-24T19:00:00Z\"', 0, 0, COMPLETED"
  })
  void itsCountsTellHowItEnded(
      String status, String cancelled, int canceled, int expired, State state) throws Exception {
    say(
        200,
        ("{\"id\":\"msgbatch_01\",\"processing_status\":\"%s\",\"cancel_initiated_at\":%s,"
                + "\"request_counts\":{\"canceled\":%d,\"expired\":%d}}")
            .formatted(status, cancelled, canceled, expired));

    assertThat(batches.retrieve("msgbatch_01").state()).isEqualTo(state);
    assertThat(server.takeRequest().getTarget()).isEqualTo("/v1/messages/batches/msgbatch_01");
  }

  @Test
  void resultsThatAreNotKeptAnyMoreAreTold() throws Exception {
    say(
        200,
        "{\"id\":\"msgbatch_01\",\"processing_status\":\"ended\","
            + "\"archived_at\":\"2024-10-24T19:00:00Z\"}");

    ProviderBatch batch = batches.retrieve("msgbatch_01");

    assertThat(batch.error()).isEqualTo("its results are not kept any more");
    assertThat(batch.resultPaths()).isEmpty();
  }

  /** The recorded batch names another host, where the key has nothing to do. */
  @Test
  void readsResultsWhereTheBaseUrlHasThem() throws Exception {
    say("ended.json");
    say("results.jsonl");
    ProviderBatch batch = batches.retrieve("msgbatch_01");
    Map<String, BatchLine> lines = new LinkedHashMap<>();

    batches.results(
        batch, line -> lines.put(line.customId().substring(line.customId().length() - 1), line));

    server.takeRequest();
    RecordedRequest asked = server.takeRequest();
    assertThat(asked.getTarget()).isEqualTo("/v1/messages/batches/msgbatch_01/results");
    assertThat(asked.getHeaders().get("x-api-key")).isEqualTo(KEY);
    assertThat(batch.state()).isEqualTo(State.CANCELLED);
    assertThat(batch.counts()).isEqualTo(new Counts(6, 2, 4));
    assertThat(lines.get("2").answer().text()).isEqualTo("Hello again!");
    assertThat(lines.get("2").answer().usage()).isEqualTo(new TokenUsage(111, 100, 0, 0, 36, 0));
    assertThat(kinds(lines))
        .containsExactly(
            "1 INVALID_REQUEST NOT_BILLED",
            "3 OVERLOADED NOT_BILLED",
            "4 CANCELLED NOT_BILLED",
            "5 EXPIRED NOT_BILLED",
            "6 UNREADABLE_RESPONSE BILLED",
            "7 UNREADABLE_RESPONSE NOT_BILLED");
    assertThat(lines.get("1").failure())
        .hasMessage("acme/tiny-1: HTTP 400 invalid_request_error: messages.0: empty");
  }

  @Test
  void listsPageByPage() throws Exception {
    say(200, page("msgbatch_3", "2024-09-26T00:00:00Z"));
    say(200, page("msgbatch_2", "2024-09-25T00:00:00Z"));
    say(200, page("msgbatch_1", "2024-09-24T00:00:00Z"));

    List<ProviderBatch> listed = batches.list(Instant.parse("2024-09-25T00:00:00Z"));

    assertThat(listed).extracting(ProviderBatch::id).containsExactly("msgbatch_3", "msgbatch_2");
    assertThat(server.takeRequest().getTarget()).isEqualTo("/v1/messages/batches?limit=100");
    assertThat(server.takeRequest().getTarget())
        .isEqualTo("/v1/messages/batches?limit=100&after_id=msgbatch_3");
    assertThat(server.getRequestCount()).isEqualTo(3);
  }

  @Test
  void cancels() throws Exception {
    say(200, "{\"id\":\"msgbatch_01\",\"processing_status\":\"canceling\"}");

    assertThat(batches.cancel("msgbatch_01").state()).isEqualTo(State.CANCELLING);
    assertThat(server.takeRequest().getRequestLine())
        .isEqualTo("POST /v1/messages/batches/msgbatch_01/cancel HTTP/1.1");
  }

  @Test
  void anUnknownBatchIsNotFound() {
    say(404, "{\"type\":\"error\",\"error\":{\"type\":\"not_found_error\",\"message\":\"none\"}}");

    ProviderException refusal =
        catchThrowableOfType(ProviderException.class, () -> batches.retrieve("msgbatch_01"));

    assertThat(refusal.kind()).isEqualTo(FailureKind.NOT_FOUND);
    assertThat(refusal.billing()).isEqualTo(Billing.NOT_BILLED);
  }

  private static String page(String id, String createdAt) {
    return ("{\"data\":[{\"id\":\"%s\",\"processing_status\":\"ended\",\"created_at\":\"%s\"}],"
            + "\"has_more\":true,\"first_id\":\"%s\",\"last_id\":\"%s\"}")
        .formatted(id, createdAt, id, id);
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
}

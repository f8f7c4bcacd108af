package io.penstock.provider.openai;

import static io.penstock.provider.Samples.recorded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.penstock.domain.FailureKind;
import io.penstock.domain.ModelSettings;
import io.penstock.domain.Network;
import io.penstock.domain.ProviderEndpoint;
import io.penstock.domain.ProviderSecrets;
import io.penstock.provider.BatchLimits;
import io.penstock.provider.BatchLine;
import io.penstock.provider.BatchOrder;
import io.penstock.provider.BatchProvider;
import io.penstock.provider.ProviderBatch;
import io.penstock.provider.ProviderBatch.Counts;
import io.penstock.provider.ProviderBatch.State;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.QueueLimit;
import io.penstock.provider.Samples;
import io.penstock.provider.TextFile;
import io.penstock.provider.http.HttpProviderFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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

final class AzureBatchesTest {
  private static final String KEY = "made-up-key-0819";
  private static final BatchOrder ORDER =
      new BatchOrder(new TextFile("{}\n"), "file-914346", Map.of());

  private final MockWebServer server = new MockWebServer();

  @BeforeEach
  void start() throws IOException {
    server.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private BatchProvider batches(String base, String version) {
    ProviderEndpoint endpoint =
        new ProviderEndpoint(
            "acme",
            "azure",
            "acme",
            server.url(base).toString(),
            "max_completion_tokens",
            version,
            Duration.ofSeconds(30),
            Network.PLAIN);
    ModelSettings model = new ModelSettings("small", endpoint, "bot", 256, "{}", "{}");
    return new HttpProviderFactory(List.of(new AzureDialect()))
        .batches(model, ProviderSecrets.ofKey(KEY))
        .orElseThrow();
  }

  private BatchProvider batches() {
    return batches("/openai", "2024-10-21");
  }

  private void say(String recorded) {
    say(200, new String(recorded("openai/azure/batches/" + recorded), StandardCharsets.UTF_8));
  }

  private void say(int status, String body) {
    server.enqueue(new MockResponse.Builder().code(status).body(body).build());
  }

  @ParameterizedTest
  @CsvSource({
    "/openai,    2024-10-21, /openai/batches?api-version=2024-10-21, /chat/completions",
    "/openai,    ,           /openai/v1/batches,                     /v1/chat/completions",
    "/openai,    preview,    /openai/v1/batches?api-version=preview, /v1/chat/completions",
    "/openai/v1, ,           /openai/v1/batches,                     /v1/chat/completions"
  })
  void createsWhereTheResourceHasBatches(String base, String version, String target, String url)
      throws Exception {
    say("created.json");
    BatchProvider batches = batches(base, version);

    ProviderBatch batch = batches.create(ORDER);

    RecordedRequest sent = server.takeRequest();
    assertThat(sent.getTarget()).isEqualTo(target);
    assertThat(sent.getHeaders().get("api-key")).isEqualTo(KEY);
    assertThat(sent.getBody().utf8()).contains("\"endpoint\":\"" + url + "\"");
    assertThat(new String(batches.line(Samples.request("hi")), StandardCharsets.UTF_8))
        .contains("\"url\":\"" + url + "\"", "\"model\":\"bot\"");
    assertThat(batches.limits()).isEqualTo(new BatchLimits(100_000, 200_000_000));
    assertThat(batch.state()).isEqualTo(State.VALIDATING);
    assertThat(batch.createdAt()).isEqualTo(Instant.parse("2024-07-21T21:13:57.289806900Z"));
    assertThat(batch.counts()).isEqualTo(Counts.NONE);
    assertThat(batch.resultPaths()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "/openai,    2024-10-21, /openai/files?api-version=2024-10-21",
    "/openai,    ,           /openai/v1/files",
    "/openai/v1, ,           /openai/v1/files"
  })
  void uploadsAsJson(String base, String version, String target) throws Exception {
    say("file-pending.json");

    assertThat(batches(base, version).upload(new TextFile("{}\n"))).isEqualTo("file-914346");

    RecordedRequest sent = server.takeRequest();
    assertThat(sent.getTarget()).isEqualTo(target);
    assertThat(sent.getBody().utf8()).contains("Content-Type: application/json");
  }

  @Test
  void anUploadIsOfUseOnceItWasProcessed() throws Exception {
    say("file-pending.json");
    say(200, "{\"id\":\"file-914346\",\"status\":\"processed\"}");
    say("file-error.json");
    BatchProvider batches = batches();

    assertThat(batches.isUsable("file-914346")).isFalse();
    assertThat(batches.isUsable("file-914346")).isTrue();
    ProviderException never =
        catchThrowableOfType(ProviderException.class, () -> batches.isUsable("file-914346"));

    assertThat(never.kind()).isEqualTo(FailureKind.INVALID_REQUEST);
    assertThat(never).hasMessageContaining("error The file begins with a byte order mark.");
    assertThat(server.takeRequest().getTarget())
        .isEqualTo("/openai/files/file-914346?api-version=2024-10-21");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "The input file is not yet processed.  | processed | OVERLOADED      | 1",
        "Something else is wrong.              | pending   | OVERLOADED      | 2",
        "Something else is wrong.              | processed | INVALID_REQUEST | 2"
      })
  void aBatchThatIsCreatedTooEarlyMayBeLater(
      String words, String fileStatus, FailureKind kind, int requests) {
    say(400, "{\"error\":{\"code\":\"invalidPayload\",\"message\":\"%s\"}}".formatted(words));
    say(200, "{\"id\":\"file-914346\",\"status\":\"%s\"}".formatted(fileStatus));

    ProviderException refusal =
        catchThrowableOfType(ProviderException.class, () -> batches().create(ORDER));

    assertThat(refusal.kind()).isEqualTo(kind);
    assertThat(refusal.billing())
        .isEqualTo(kind == FailureKind.OVERLOADED ? Billing.REFUSED : Billing.NOT_BILLED);
    assertThat(server.getRequestCount()).isEqualTo(requests);
  }

  @Test
  void aFullQueueIsToldWithItsLimit() throws Exception {
    say("queue-full.json");

    ProviderBatch batch = batches().retrieve("batch_bfe0");

    assertThat(batch.state()).isEqualTo(State.FAILED);
    assertThat(batch.isQueueFull()).isTrue();
    assertThat(QueueLimit.tokensIn(batch.error())).hasValue(30_000);
  }

  @Test
  void aFileOfFailuresMayBeEmpty() throws Exception {
    say("completed.json");
    server.enqueue(
        new MockResponse.Builder()
            .body(
                "{\"custom_id\":\"1\",\"response\":{\"status_code\":200,\"body\":{\"choices\":"
                    + "[{\"message\":{\"content\":\"hi\"}}]}},\"error\":null}\n")
            .build());
    say(200, "");
    BatchProvider batches = batches();
    List<BatchLine> lines = new ArrayList<>();

    batches.results(batches.retrieve("batch_bfe0"), lines::add);

    assertThat(lines).hasSize(1);
    assertThat(lines.get(0).answer().text()).isEqualTo("hi");
    assertThat(lines.get(0).answer().tokensEstimated()).isTrue();
    server.takeRequest();
    assertThat(server.takeRequest().getTarget())
        .isEqualTo("/openai/files/file-out1/content?api-version=2024-10-21");
    assertThat(server.getRequestCount()).isEqualTo(3);
  }
}

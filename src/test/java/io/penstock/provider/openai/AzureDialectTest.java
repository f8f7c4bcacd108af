package io.penstock.provider.openai;

import static io.penstock.provider.Samples.answer;
import static io.penstock.provider.Samples.recorded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.domain.Completion;
import io.penstock.domain.FailureKind;
import io.penstock.domain.FinishReason;
import io.penstock.domain.ModelSettings;
import io.penstock.domain.Network;
import io.penstock.domain.ProviderEndpoint;
import io.penstock.domain.ProviderSecrets;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderFactory;
import io.penstock.provider.Samples;
import io.penstock.provider.http.HttpProviderFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AzureDialectTest {
  private static final String KEY = "made-up-key-0816";

  private final MockWebServer server = new MockWebServer();
  private final ProviderFactory factory = new HttpProviderFactory(List.of(new AzureDialect()));

  @BeforeEach
  void start() throws IOException {
    server.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void asksForTheSchemaOfTheJob() throws IOException {
    ModelSettings model =
        Samples.withSchema(Samples.model("azure", "https://acme.openai.azure.com/openai"));

    byte[] body = new AzureDialect().codec(model).encode(Samples.request("hi"));

    assertThat(new ObjectMapper().readTree(body))
        .isEqualTo(new ObjectMapper().readTree(recorded("openai/request-schema.json")));
  }

  @ParameterizedTest
  @CsvSource({
    "/openai,           2024-10-21, /openai/deployments/bot/chat/completions?api-version=2024-10-21",
    "/openai,           2025-04-01-preview, /openai/deployments/bot/chat/completions?api-version=2025-04-01-preview",
    "/openai,           ,           /openai/v1/chat/completions",
    "/openai,           preview,    /openai/v1/chat/completions?api-version=preview",
    "/openai/v1,        ,           /openai/v1/chat/completions",
    "/gateway/openai,   2024-10-21, /gateway/openai/deployments/bot/chat/completions?api-version=2024-10-21"
  })
  void callsTheDeployment(String base, String version, String target) throws Exception {
    server.enqueue(recordedAnswer(200, "azure/completion.json"));

    Completion completion =
        answer(
            factory
                .connect(model(base, version), ProviderSecrets.ofKey(KEY), 1, learnt -> {})
                .complete(Samples.request("hello")));

    RecordedRequest sent = server.takeRequest();
    assertThat(sent.getTarget()).isEqualTo(target);
    assertThat(sent.getHeaders().get("api-key")).isEqualTo(KEY);
    assertThat(sent.getHeaders().get("Authorization")).isNull();
    assertThat(sent.getBody().utf8()).contains("\"model\":\"bot\"");
    assertThat(completion.responseModel()).isEqualTo("gpt-4o-mini-2024-07-18");
  }

  @Test
  void aDatedVersionHasNoPlaceBehindTheNewerAddress() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                factory.connect(
                    model("/openai/v1", "2024-10-21"), ProviderSecrets.ofKey(KEY), 1, learnt -> {}))
        .withMessageContaining("base_url ends in /v1, where there is no api_version 2024-10-21");
  }

  @Test
  void anAnswerThatWasFilteredAwayIsAnAnswer() throws Exception {
    Completion completion =
        new AzureDialect()
            .codec(model("/openai", null))
            .decode(
                Samples.request("hello"), recorded("openai/azure/completion-filtered-away.json"));

    assertThat(completion.text()).isNull();
    assertThat(completion.finishReason()).isEqualTo(FinishReason.CONTENT_FILTER);
    assertThat(completion.usage().inputTokens()).isEqualTo(25);
  }

  /** A conversation without messages is refused as wrong by a deployment that is there. */
  @Test
  void checkKnowsKeyAndDeploymentByAConversationWithoutMessages() throws Exception {
    server.enqueue(recordedAnswer(400, "azure/no-messages.json"));

    assertThat(factory.check(model("/openai", "2024-10-21"), ProviderSecrets.ofKey(KEY))).isTrue();

    RecordedRequest sent = server.takeRequest();
    assertThat(sent.getRequestLine())
        .isEqualTo("POST /openai/deployments/bot/chat/completions?api-version=2024-10-21 HTTP/1.1");
    assertThat(sent.getHeaders().get("api-key")).isEqualTo(KEY);
    assertThat(sent.getBody().utf8())
        .isEqualTo("{\"model\":\"bot\",\"messages\":[],\"max_completion_tokens\":256}");
  }

  @ParameterizedTest
  @CsvSource({
    "404, refusals/deployment-not-found-azure.json, NOT_FOUND",
    "404, azure/resource-not-found.json, NOT_FOUND",
    "401, refusals/invalid-key-azure.json, AUTHENTICATION",
    "400, refusals/unsupported-parameter.json, REFUSED_PARAMETER",
    "429, refusals/rate-limit-azure.json, RATE_LIMITED"
  })
  void checkTellsWhatTheDeploymentRefuses(int status, String file, FailureKind kind) {
    server.enqueue(recordedAnswer(status, file));

    ProviderException refusal =
        catchThrowableOfType(
            ProviderException.class,
            () -> factory.check(model("/openai", null), ProviderSecrets.ofKey(KEY)));

    assertThat(refusal.kind()).isEqualTo(kind);
    assertThat(refusal).hasMessageStartingWith("azure/bot: HTTP " + status);
  }

  private static MockResponse recordedAnswer(int status, String file) {
    String body = new String(recorded("openai/" + file), StandardCharsets.UTF_8);
    return new MockResponse.Builder().code(status).body(body).build();
  }

  private ModelSettings model(String base, String version) {
    String url = server.url(base).toString();
    ProviderEndpoint endpoint =
        new ProviderEndpoint(
            "azure",
            "azure",
            url,
            url,
            "max_completion_tokens",
            version,
            Duration.ofSeconds(30),
            Network.PLAIN);
    return new ModelSettings("small", endpoint, "bot", 256, "{}", "{}");
  }
}

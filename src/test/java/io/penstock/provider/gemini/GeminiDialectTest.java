package io.penstock.provider.gemini;

import static io.penstock.provider.Samples.answer;
import static io.penstock.provider.Samples.failure;
import static io.penstock.provider.Samples.recorded;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.domain.Completion;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.Message;
import io.penstock.domain.ModelSettings;
import io.penstock.domain.ProviderSecrets;
import io.penstock.provider.Pressure;
import io.penstock.provider.ProviderException;
import io.penstock.provider.Samples;
import io.penstock.provider.http.HttpProviderFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;

final class GeminiDialectTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final InferenceRequest CONVERSATION =
      Samples.request(
          new Message(Message.SYSTEM, "Be terse."),
          new Message(Message.USER, "2+2?"),
          new Message(Message.ASSISTANT, "4"),
          new Message(Message.DEVELOPER, "Answer in French."),
          new Message(Message.USER, "Sure?"));

  private final GeminiDialect dialect = new GeminiDialect();

  @Test
  void sendsTheRecordedRequestAndReadsTheAnswer() throws Exception {
    try (MockWebServer server = new MockWebServer()) {
      server.start();
      String body = new String(recorded("gemini/generated.json"), StandardCharsets.UTF_8);
      server.enqueue(new MockResponse.Builder().body(body).build());
      ModelSettings model =
          Samples.withParameters(
              Samples.model("gemini", server.url("/v1beta").toString()),
              "{\"temperature\":0.5,\"topK\":40,\"responseMimeType\":\"application/json\","
                  + "\"responseSchema\":{\"type\":\"OBJECT\",\"properties\":"
                  + "{\"sum\":{\"type\":\"INTEGER\"}}},\"thinkingConfig\":{\"thinkingBudget\":0},"
                  + "\"safetySettings\":[{\"category\":\"HARM_CATEGORY_HARASSMENT\","
                  + "\"threshold\":\"BLOCK_NONE\"}]}",
              "{\"enableAffectiveDialog\":false}");

      Completion completion =
          answer(
              new HttpProviderFactory(List.of(dialect))
                  .connect(model, ProviderSecrets.ofKey("k-1"), 1, learnt -> {})
                  .complete(CONVERSATION));

      RecordedRequest sent = server.takeRequest();
      assertThat(sent.getTarget()).isEqualTo("/v1beta/models/tiny-1:generateContent");
      assertThat(sent.getHeaders().get("x-goog-api-key")).isEqualTo("k-1");
      assertThat(sent.getHeaders().get("Authorization")).isNull();
      assertThat(tree(sent.getBody().toByteArray()))
          .isEqualTo(tree(recorded("gemini/request.json")));
      assertThat(completion.text()).isEqualTo("Hello, world");
    }
  }

  @Test
  void asksForTheSchemaOfTheJob() throws IOException {
    ModelSettings model =
        Samples.withSchema(
            Samples.withParameters(
                Samples.model("gemini", "http://x/v1"), "{\"temperature\":0}", "{}"));

    byte[] body = dialect.codec(model).encode(Samples.request("hi"));

    assertThat(tree(body)).isEqualTo(tree(recorded("gemini/request-schema.json")));
  }

  @Test
  void whatTheBodyAsksToWaitReachesTheCaller() throws Exception {
    try (MockWebServer server = new MockWebServer()) {
      server.start();
      String body = new String(recorded("gemini/refusals/per-minute.json"), StandardCharsets.UTF_8);
      server.enqueue(new MockResponse.Builder().code(429).body(body).build());
      ModelSettings model = Samples.model("gemini", server.url("/v1beta").toString());

      ProviderException refusal =
          failure(
              new HttpProviderFactory(List.of(dialect))
                  .connect(model, ProviderSecrets.ofKey("k-1"), 1, learnt -> {})
                  .complete(CONVERSATION));

      assertThat(refusal.details().retryAfter()).isEqualTo(Duration.ofSeconds(7));
      assertThat(refusal.pressure()).isEqualTo(Pressure.TOO_FAST);
    }
  }

  @Test
  void sendsNothingThatTheJobDoesNotSay() throws IOException {
    ModelSettings model = Samples.model("gemini", "http://x/v1beta");
    ModelSettings unlimited =
        new ModelSettings("small", model.endpoint(), "tiny-1", null, "{}", "{}");

    byte[] body = dialect.codec(unlimited).encode(Samples.request("hi"));

    assertThat(tree(body))
        .isEqualTo(
            JSON.readTree("{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"hi\"}]}]}"));
  }

  @Test
  void parametersAndReservedFieldsDoNotMeet() {
    assertThat(dialect.parameters()).doesNotContainAnyElementsOf(dialect.reserved());
    assertThat(dialect.parameters()).containsAll(dialect.indifferentParameters());
    assertThat(dialect.parameters()).containsAll(dialect.onlyValues().keySet());
  }

  private static JsonNode tree(byte[] json) throws IOException {
    return JSON.readTree(json);
  }
}

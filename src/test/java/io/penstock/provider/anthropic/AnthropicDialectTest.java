package io.penstock.provider.anthropic;

import static io.penstock.provider.Samples.answer;
import static io.penstock.provider.Samples.recorded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.domain.Completion;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.Message;
import io.penstock.domain.ModelSettings;
import io.penstock.domain.PromptCacheHint;
import io.penstock.domain.ProviderSecrets;
import io.penstock.provider.Samples;
import io.penstock.provider.http.HttpProviderFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AnthropicDialectTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final InferenceRequest CONVERSATION =
      Samples.request(
          new Message(Message.SYSTEM, "Be terse."),
          new Message(Message.USER, "2+2?"),
          new Message(Message.ASSISTANT, "4"),
          new Message(Message.DEVELOPER, "Answer in French."),
          new Message(Message.USER, "Sure?"));

  private final AnthropicDialect dialect = new AnthropicDialect();

  @Test
  void sendsTheRecordedRequestAndReadsTheAnswer() throws Exception {
    try (MockWebServer server = new MockWebServer()) {
      server.start();
      String body = new String(recorded("anthropic/message.json"), StandardCharsets.UTF_8);
      server.enqueue(new MockResponse.Builder().body(body).build());
      ModelSettings model =
          Samples.withParameters(
              Samples.model("anthropic", server.url("/v1").toString()),
              "{\"temperature\":0.5,\"stop_sequences\":[\"\\n\\n\"],"
                  + "\"thinking\":{\"type\":\"disabled\"}}",
              "{\"container\":\"c1\"}");

      Completion completion =
          answer(
              new HttpProviderFactory(List.of(dialect))
                  .connect(model, ProviderSecrets.ofKey("k-1"), 1, learnt -> {})
                  .complete(CONVERSATION));

      RecordedRequest sent = server.takeRequest();
      assertThat(sent.getTarget()).isEqualTo("/v1/messages");
      assertThat(sent.getHeaders().get("x-api-key")).isEqualTo("k-1");
      assertThat(sent.getHeaders().get("anthropic-version")).isEqualTo("2023-06-01");
      assertThat(tree(sent.getBody().toByteArray()))
          .isEqualTo(tree(recorded("anthropic/request.json")));
      assertThat(completion.text()).isEqualTo("Hello, world");
    }
  }

  @Test
  void asksForTheSchemaOfTheJob() throws IOException {
    ModelSettings model =
        Samples.withSchema(
            Samples.withParameters(
                Samples.model("anthropic", "http://x/v1"),
                "{\"output_config\":{\"effort\":\"low\"}}",
                "{}"));

    byte[] body = dialect.codec(model).encode(Samples.request("hi"));

    assertThat(tree(body)).isEqualTo(tree(recorded("anthropic/request-schema.json")));
  }

  @Test
  void sendsNoSystemFieldWhereThereAreNoInstructions() throws IOException {
    byte[] body =
        dialect.codec(Samples.model("anthropic", "http://x/v1")).encode(Samples.request("hi"));

    assertThat(tree(body))
        .isEqualTo(
            JSON.readTree(
                "{\"model\":\"tiny-1\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],"
                    + "\"max_tokens\":256}"));
  }

  @Test
  void whatIsCachedEndsWithTheInstructions() throws IOException {
    String control = "{\"type\":\"ephemeral\",\"ttl\":\"1h\"}";
    ModelSettings model =
        Samples.withParameters(
            Samples.model("anthropic", "http://x/v1"), "{\"cache_control\":" + control + "}", "{}");

    JsonNode instructed = tree(dialect.codec(model).encode(CONVERSATION));
    JsonNode plain = tree(dialect.codec(model).encode(Samples.request("hi")));

    assertThat(instructed.get("system"))
        .isEqualTo(
            JSON.readTree(
                "[{\"type\":\"text\",\"text\":\"Be terse.\\n\\nAnswer in French.\","
                    + "\"cache_control\":"
                    + control
                    + "}]"));
    assertThat(instructed.has("cache_control")).isFalse();
    assertThat(plain.get("cache_control")).isEqualTo(JSON.readTree(control));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SHORT | {\"type\":\"ephemeral\"}",
        "HOUR | {\"type\":\"ephemeral\",\"ttl\":\"1h\"}"
      })
  void aHintMarksTheInstructionsAndNothingElse(PromptCacheHint hint, String control)
      throws IOException {
    ModelSettings model = Samples.asking(Samples.model("anthropic", "http://x/v1"), hint);

    JsonNode instructed = tree(dialect.codec(model).encode(CONVERSATION));
    JsonNode plain = tree(dialect.codec(model).encode(Samples.request("hi")));

    assertThat(instructed.at("/system/0/cache_control")).isEqualTo(JSON.readTree(control));
    assertThat(instructed.has("cache_control")).isFalse();
    assertThat(plain.toString()).doesNotContain("cache_control");
  }

  @Test
  void whatAModelAsksForGoesBeforeTheHint() throws IOException {
    ModelSettings asked =
        Samples.withParameters(
            Samples.model("anthropic", "http://x/v1"),
            "{\"cache_control\":{\"type\":\"ephemeral\"}}",
            "{}");

    JsonNode body =
        tree(dialect.codec(Samples.asking(asked, PromptCacheHint.HOUR)).encode(CONVERSATION));

    assertThat(body.at("/system/0/cache_control").has("ttl")).isFalse();
  }

  @Test
  void needsAnOutputLimit() {
    ModelSettings model = Samples.model("anthropic", "http://x/v1");
    ModelSettings unlimited =
        new ModelSettings("small", model.endpoint(), "tiny-1", null, "{}", "{}");

    assertThatThrownBy(() -> dialect.codec(unlimited))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Model small: max_output_tokens is missing");
  }

  @Test
  void parametersAndReservedFieldsDoNotMeet() {
    assertThat(dialect.parameters()).doesNotContainAnyElementsOf(dialect.reserved());
    assertThat(dialect.parameters()).containsAll(dialect.indifferentParameters());
  }

  private static JsonNode tree(byte[] json) throws IOException {
    return JSON.readTree(json);
  }
}

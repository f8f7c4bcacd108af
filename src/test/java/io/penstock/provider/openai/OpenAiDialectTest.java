package io.penstock.provider.openai;

import static io.penstock.provider.Samples.answer;
import static io.penstock.provider.Samples.recorded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.domain.Completion;
import io.penstock.domain.Message;
import io.penstock.domain.ModelSettings;
import io.penstock.domain.Network;
import io.penstock.domain.PromptCacheHint;
import io.penstock.domain.ProviderEndpoint;
import io.penstock.domain.ProviderSecrets;
import io.penstock.provider.Samples;
import io.penstock.provider.http.HttpProviderFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OpenAiDialectTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PARAMETERS =
      """
      {"temperature": 0, "seed": 9007199254740993, "stop": ["\\n"],
       "response_format": {"type": "json_schema", "json_schema": {"name": "row", "strict": true,
         "schema": {"type": "object", "properties": {"label": {"type": "string"}},
           "required": ["label"], "additionalProperties": false}}}}
      """;

  private final OpenAiDialect dialect = new OpenAiDialect();

  @Test
  void sendsTheRecordedRequestAndReadsTheAnswer() throws Exception {
    try (MockWebServer server = new MockWebServer()) {
      server.start();
      String body = new String(recorded("openai/completion.json"), StandardCharsets.UTF_8);
      server.enqueue(new MockResponse.Builder().body(body).build());
      ModelSettings model = withParameters(server.url("/v1").toString());

      Completion completion =
          answer(
              new HttpProviderFactory(List.of(dialect))
                  .connect(model, ProviderSecrets.ofKey("k-1"), 1, learnt -> {})
                  .complete(
                      Samples.request(
                          new Message(Message.SYSTEM, "Be terse."),
                          new Message(Message.USER, "2+2? 😀 \"quoted\"\n"))));

      RecordedRequest sent = server.takeRequest();
      assertThat(sent.getTarget()).isEqualTo("/v1/chat/completions");
      assertThat(sent.getHeaders().get("Authorization")).isEqualTo("Bearer k-1");
      assertThat(tree(sent.getBody().toByteArray()))
          .isEqualTo(tree(recorded("openai/request.json")));
      assertThat(completion.text()).isEqualTo("Hello! How can I assist you today?");
    }
  }

  @Test
  void asksForTheSchemaOfTheJob() throws IOException {
    ModelSettings model =
        Samples.withSchema(
            Samples.withParameters(Samples.model("openai", "http://x/v1"), "{}", "{}"));

    byte[] body = dialect.codec(model).encode(Samples.request("hi"));

    assertThat(tree(body)).isEqualTo(tree(recorded("openai/request-schema.json")));
  }

  @Test
  void passesAnyTextUnchanged() throws IOException {
    String odd = "nul \0 emoji 😀 lone \ud83d end \" \\ \u2028";

    byte[] body = dialect.codec(withParameters("http://x/v1")).encode(Samples.request(odd));

    assertThat(tree(body).at("/messages/0/content").textValue()).isEqualTo(odd);
  }

  @Test
  void aHintIsOneKeyForAllRequestsThatBeginAlike() throws IOException {
    ModelSettings model =
        Samples.asking(Samples.model("openai", "http://x/v1"), PromptCacheHint.SHORT);

    List<String> keys = new ArrayList<>();
    for (String[] turns : new String[][] {{"a", "1"}, {"a", "2"}, {"b", "1"}}) {
      keys.add(
          tree(dialect
                  .codec(model)
                  .encode(
                      Samples.request(
                          new Message(Message.SYSTEM, turns[0]),
                          new Message(Message.USER, turns[1]))))
              .path("prompt_cache_key")
              .asText());
    }

    assertThat(keys.get(0)).matches("penstock-[0-9a-f]{16}").isEqualTo(keys.get(1));
    assertThat(keys.get(2)).isNotEqualTo(keys.get(0));
  }

  @Test
  void aKeyOfTheJobGoesBeforeTheHint() throws IOException {
    ModelSettings model =
        Samples.withParameters(
            Samples.model("openai", "http://x/v1"), "{\"prompt_cache_key\":\"ours\"}", "{}");

    JsonNode body =
        tree(
            dialect
                .codec(Samples.asking(model, PromptCacheHint.SHORT))
                .encode(Samples.request("hi")));

    assertThat(body.path("prompt_cache_key").asText()).isEqualTo("ours");
  }

  @Test
  void theEndpointNamesTheFieldOfTheOutputLimit() throws IOException {
    ProviderEndpoint endpoint =
        new ProviderEndpoint(
            "old",
            "openai",
            "old",
            "http://x/v1",
            "max_tokens",
            null,
            Duration.ofSeconds(1),
            Network.PLAIN);
    ModelSettings limited = new ModelSettings("m", endpoint, "m", 16, "{}", "{}");
    ModelSettings unlimited = new ModelSettings("m", endpoint, "m", null, "{}", "{}");

    assertThat(
            tree(dialect.codec(limited).encode(Samples.request("hi"))).get("max_tokens").intValue())
        .isEqualTo(16);
    assertThat(tree(dialect.codec(unlimited).encode(Samples.request("hi"))))
        .isEqualTo(
            JSON.readTree(
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"));
  }

  /** Together lists without an envelope; llama.cpp answers under any name. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"object\":\"list\",\"data\":[{\"id\":\"tiny-0\"},{\"id\":\"tiny-1\"}]} | true",
        "{\"object\":\"list\",\"data\":[{\"id\":\"tiny-0\",\"owned_by\":\"vllm\"}]} | false",
        "[{\"id\":\"tiny-0\"},{\"id\":\"tiny-1\",\"type\":\"chat\"}] | true",
        "[{\"id\":\"tiny-0\"}] | false",
        "{\"object\":\"list\",\"data\":[{\"id\":\"/m.gguf\",\"owned_by\":\"llamacpp\"}]} | true"
      })
  void checkFindsTheModelInEachKindOfList(String list, boolean known) throws Exception {
    try (MockWebServer server = new MockWebServer()) {
      server.start();
      server.enqueue(new MockResponse.Builder().code(404).build());
      server.enqueue(new MockResponse.Builder().body(list).build());
      ModelSettings model = Samples.model("openai", server.url("/v1").toString());
      HttpProviderFactory factory = new HttpProviderFactory(List.of(dialect));

      if (known) {
        assertThat(factory.check(model, ProviderSecrets.NONE)).isTrue();
      } else {
        assertThatThrownBy(() -> factory.check(model, ProviderSecrets.NONE))
            .hasMessageContaining("the provider does not list this model");
      }
      assertThat(server.takeRequest().getTarget()).isEqualTo("/v1/models/tiny-1");
      assertThat(server.takeRequest().getTarget()).isEqualTo("/v1/models");
    }
  }

  @Test
  void parametersAndReservedFieldsDoNotMeet() {
    assertThat(dialect.parameters()).doesNotContainAnyElementsOf(dialect.reserved());
    assertThat(dialect.parameters()).containsAll(dialect.indifferentParameters());
  }

  private static ModelSettings withParameters(String baseUrl) {
    return Samples.withParameters(
        Samples.model("openai", baseUrl), PARAMETERS, "{\"min_p\": 0.05}");
  }

  private static JsonNode tree(byte[] json) throws IOException {
    return JSON.readTree(json);
  }
}

package io.penstock.simulator;

import static io.penstock.simulator.SimulatorFixture.CLAUDE;
import static io.penstock.simulator.SimulatorFixture.json;
import static io.penstock.simulator.SimulatorFixture.message;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.tokens.TokenCounter;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class AnthropicWireTest {
  private static SimulatorFixture fixture;

  @BeforeAll
  static void start() {
    fixture = SimulatorFixture.start(Map.of());
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  @Test
  void answersInTheShapeOfAMessage() throws Exception {
    HttpResponse<String> response = fixture.postMessage(message(CLAUDE, "Hello"));

    JsonNode answer = json(response);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("request-id").orElse("")).startsWith("req_");
    assertThat(answer.path("id").textValue()).startsWith("msg_");
    assertThat(answer.path("type").textValue()).isEqualTo("message");
    assertThat(answer.path("role").textValue()).isEqualTo("assistant");
    assertThat(answer.path("model").textValue()).isEqualTo(CLAUDE);
    assertThat(answer.path("stop_reason").textValue()).isEqualTo("end_turn");
    assertThat(answer.at("/content/0/type").textValue()).isEqualTo("text");
    assertThat(answer.at("/content/0/text").textValue())
        .startsWith(AnswerFunction.tagFor("Hello") + " ");
  }

  @Test
  void usageCountsTheSystemPromptAndTheText() throws Exception {
    HttpResponse<String> response =
        fixture.postMessage(
            message(CLAUDE, "Hello", ",\"system\":[{\"type\":\"text\",\"text\":\"Be brief.\"}]"));

    JsonNode usage = json(response).path("usage");
    TokenCounter counter = TokenCounter.o200k();
    int input = counter.count("Be brief.") + counter.count("Hello") + 3 * 3;
    int output = counter.count(json(response).at("/content/0/text").textValue());
    assertThat(usage.path("input_tokens").intValue()).isEqualTo(input);
    assertThat(usage.path("output_tokens").intValue()).isEqualTo(output);
    assertThat(usage.path("cache_read_input_tokens").intValue()).isZero();
    assertThat(usage.path("cache_creation_input_tokens").intValue()).isZero();
  }

  @Test
  void answerIsCutAtTheTokenLimit() throws Exception {
    String body = message(CLAUDE, "Hello").replace("4096", "3");

    HttpResponse<String> response = fixture.postMessage(body);

    assertThat(json(response).path("stop_reason").textValue()).isEqualTo("max_tokens");
    assertThat(json(response).at("/usage/output_tokens").intValue()).isBetween(1, 3);
  }

  @Test
  void listsModelsInItsOwnShape() throws Exception {
    fixture.postMessage(message(CLAUDE, "Hello"));

    JsonNode list =
        json(
            fixture.send(
                fixture.request("/v1/models").header("anthropic-version", "2023-06-01").GET()));

    assertThat(list.path("has_more").booleanValue()).isFalse();
    assertThat(list.path("data").findValuesAsText("id")).contains(CLAUDE);
    assertThat(list.at("/data/0/type").textValue()).isEqualTo("model");
  }
}

package io.penstock.simulator;

import static io.penstock.simulator.SimulatorFixture.GPT;
import static io.penstock.simulator.SimulatorFixture.chat;
import static io.penstock.simulator.SimulatorFixture.json;
import static io.penstock.simulator.SimulatorFixture.textOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.tokens.TokenCounter;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiWireTest {
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
  void answersInTheShapeOfAChatCompletion() throws Exception {
    HttpResponse<String> response = fixture.postChat(chat(GPT, "Hello"));

    JsonNode completion = json(response);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
    assertThat(response.headers().firstValue("x-request-id").orElse("")).startsWith("req_");
    assertThat(response.headers().firstValue("openai-processing-ms")).hasValue("0");
    assertThat(completion.path("id").textValue()).startsWith("chatcmpl-");
    assertThat(completion.path("object").textValue()).isEqualTo("chat.completion");
    assertThat(completion.path("created").longValue()).isPositive();
    assertThat(completion.path("model").textValue()).isEqualTo(GPT);
    assertThat(completion.path("choices")).hasSize(1);
    assertThat(completion.at("/choices/0/message/role").textValue()).isEqualTo("assistant");
    assertThat(completion.at("/choices/0/message/refusal").isNull()).isTrue();
    assertThat(completion.at("/choices/0/finish_reason").textValue()).isEqualTo("stop");
    assertThat(textOf(response)).startsWith(AnswerFunction.tagFor("Hello") + " ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/openai/v1/chat/completions",
        "/openai/deployments/gpt-4o-mini/chat/completions?api-version=2024-10-21"
      })
  void answersAtAzuresAddressesForAzuresHeader(String path) throws Exception {
    try (SimulatorFixture locked = SimulatorFixture.start(Map.of("api-key", "k-1"))) {
      HttpRequest.Builder request =
          locked.request(path).POST(HttpRequest.BodyPublishers.ofString(chat(GPT, "Hello")));

      assertThat(locked.send(request).statusCode()).isEqualTo(401);
      assertThat(textOf(locked.send(request.header("api-key", "k-1"))))
          .startsWith(AnswerFunction.tagFor("Hello") + " ");
    }
  }

  @Test
  void usageIsWhatTheTokenizerCounts() throws Exception {
    HttpResponse<String> response = fixture.postChat(chat(GPT, "How long is the river?"));

    JsonNode usage = json(response).path("usage");
    int prompt = TokenCounter.o200k().count("How long is the river?") + 3 + 3;
    int completion = TokenCounter.o200k().count(textOf(response));
    assertThat(usage.path("prompt_tokens").intValue()).isEqualTo(prompt);
    assertThat(usage.path("completion_tokens").intValue()).isEqualTo(completion);
    assertThat(usage.path("total_tokens").intValue()).isEqualTo(prompt + completion);
    assertThat(usage.at("/prompt_tokens_details/cached_tokens").intValue()).isZero();
    assertThat(usage.at("/completion_tokens_details/reasoning_tokens").intValue()).isZero();
  }

  @Test
  void systemMessageAndTextPartsCount() throws Exception {
    String body =
        """
        {"model":"gpt-4o-mini","messages":[
          {"role":"system","content":"Be brief."},
          {"role":"user","content":[{"type":"text","text":"One "},{"type":"text","text":"two"}]}]}
        """;

    HttpResponse<String> response = fixture.postChat(body);

    int expected =
        TokenCounter.o200k().count("Be brief.") + TokenCounter.o200k().count("One two") + 3 * 3;
    assertThat(json(response).at("/usage/prompt_tokens").intValue()).isEqualTo(expected);
    assertThat(textOf(response)).startsWith(AnswerFunction.tagFor("One two"));
  }

  @ParameterizedTest
  @CsvSource({"max_tokens", "max_completion_tokens"})
  void answerIsCutAtTheTokenLimit(String field) throws Exception {
    HttpResponse<String> response = fixture.postChat(chat(GPT, "Hello", ",\"" + field + "\":12"));

    assertThat(json(response).at("/choices/0/finish_reason").textValue()).isEqualTo("length");
    assertThat(json(response).at("/usage/completion_tokens").intValue()).isEqualTo(12);
    assertThat(TokenCounter.o200k().count(textOf(response))).isEqualTo(12);
  }

  @Test
  void sameRequestGetsTheSameAnswerUnderAnIdOfItsOwn() throws Exception {
    HttpResponse<String> first = fixture.postChat(chat(GPT, "Again"));
    HttpResponse<String> second = fixture.postChat(chat(GPT, "Again"));

    assertThat(textOf(second)).isEqualTo(textOf(first));
    assertThat(json(second).path("id")).isNotEqualTo(json(first).path("id"));
  }

  @Test
  void listsTheModelsAskedFor() throws Exception {
    fixture.postChat(chat(GPT, "Hello"));

    JsonNode list = fixture.get("/v1/models");

    assertThat(list.path("object").textValue()).isEqualTo("list");
    assertThat(list.path("data").findValuesAsText("id")).contains(GPT);
    assertThat(fixture.get("/v1/models/" + GPT).path("id").textValue()).isEqualTo(GPT);
    assertThat(fixture.get("/v1/models/no-such").at("/error/code").textValue())
        .isEqualTo("model_not_found");
  }
}

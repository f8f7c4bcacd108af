package io.penstock.simulator;

import static io.penstock.simulator.SimulatorFixture.CLAUDE;
import static io.penstock.simulator.SimulatorFixture.GPT;
import static io.penstock.simulator.SimulatorFixture.chat;
import static io.penstock.simulator.SimulatorFixture.json;
import static io.penstock.simulator.SimulatorFixture.message;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefusedRequestTest {
  private static final String KEY = "sk-secret-key-of-the-test";
  private static final int MEGABYTE = 1 << 20;
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
  void wrongOrMissingKeyGetsTheProvidersOwn401() throws Exception {
    try (SimulatorFixture locked = SimulatorFixture.start(Map.of("api_key", KEY))) {
      HttpResponse<String> missing = locked.postChat(chat(GPT, "Hello"));
      HttpResponse<String> wrong =
          locked.send(
              locked
                  .chatRequest(chat(GPT, "Hello"))
                  .header("authorization", "Bearer " + KEY + "x"));
      HttpResponse<String> right =
          locked.send(
              locked.chatRequest(chat(GPT, "Hello")).header("authorization", "Bearer " + KEY));
      HttpResponse<String> anthropic =
          locked.send(locked.messageRequest(message(CLAUDE, "Hello")).header("x-api-key", "wrong"));

      assertThat(missing.statusCode()).isEqualTo(401);
      assertThat(wrong.statusCode()).isEqualTo(401);
      assertThat(json(wrong).at("/error/code").textValue()).isEqualTo("invalid_api_key");
      assertThat(wrong.body()).doesNotContain(KEY);
      assertThat(right.statusCode()).isEqualTo(200);
      assertThat(anthropic.statusCode()).isEqualTo(401);
      assertThat(json(anthropic).at("/error/type").textValue()).isEqualTo("authentication_error");
      JsonNode stats = locked.stats();
      assertThat(stats.path("requests").intValue()).isEqualTo(4);
      assertThat(stats.path("distinct").intValue()).isEqualTo(1);
      assertThat(stats.at("/by_status/401").intValue()).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "null",
      value = {
        "{\"model\":                                     | 400 | null | null",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"
            + " | 400 | missing_required_parameter | model",
        "{\"model\":\"gpt-4o-mini\"} | 400 | missing_required_parameter | messages",
        "{\"model\":\"gpt-4o-mini\",\"messages\":[]} | 400 | empty_array | messages",
        "{\"model\":\"gpt-none\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"
            + " | 404 | model_not_found | null",
        "{\"model\":\"gpt-4o-mini\",\"messages\":[{\"role\":\"king\",\"content\":\"x\"}]}"
            + " | 400 | invalid_value | messages[0].role",
        "{\"model\":\"gpt-4o-mini\",\"messages\":[{\"role\":\"user\"}]}"
            + " | 400 | invalid_type | messages[0].content",
      })
  void openAiRefusesWhatItCannotRead(String body, int status, String code, String parameter)
      throws Exception {
    HttpResponse<String> response = fixture.postChat(body);

    JsonNode error = json(response).path("error");
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(error.path("type").textValue()).isEqualTo("invalid_request_error");
    assertThat(error.path("code").textValue()).isEqualTo(code);
    assertThat(error.path("param").textValue()).isEqualTo(parameter);
  }

  @ParameterizedTest
  @CsvSource({
    "temperature, 2.5, decimal_above_max_value",
    "temperature, -1, decimal_below_min_value",
    "temperature, '\"hot\"', invalid_type",
    "max_tokens, 0, integer_below_min_value",
    "max_tokens, 20000, invalid_value",
    "stream, true, unsupported_value",
    "n, 2, unsupported_value",
  })
  void openAiNamesTheFieldAtFault(String field, String value, String code) throws Exception {
    String body = chat(GPT, "Hello", ",\"%s\":%s".formatted(field, value));

    HttpResponse<String> response = fixture.postChat(body);

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(json(response).at("/error/param").textValue()).isEqualTo(field);
    assertThat(json(response).at("/error/code").textValue()).isEqualTo(code);
  }

  @Test
  void unknownFieldIsRefusedByBothDialects() throws Exception {
    HttpResponse<String> openAi = fixture.postChat(chat(GPT, "Hello", ",\"top_k\":1"));
    HttpResponse<String> anthropic = fixture.postMessage(message(CLAUDE, "Hello", ",\"seed\":1"));

    assertThat(json(openAi).at("/error/message").textValue())
        .isEqualTo("Unrecognized request argument supplied: top_k");
    assertThat(json(anthropic).at("/error/message").textValue())
        .isEqualTo("seed: Extra inputs are not permitted");
    assertThat(json(anthropic).path("type").textValue()).isEqualTo("error");
    assertThat(json(anthropic).path("request_id").textValue()).startsWith("req_");
  }

  @Test
  void anthropicRefusesInItsOwnWords() throws Exception {
    HttpResponse<String> noLimit = fixture.postMessage(chat(CLAUDE, "Hello"));
    HttpResponse<String> noModel = fixture.postMessage(message("claude-none", "Hello"));
    HttpResponse<String> hot = fixture.postMessage(message(CLAUDE, "Hello", ",\"temperature\":2"));
    HttpResponse<String> noVersion = fixture.send(fixture.messageRequest(message(CLAUDE, "Hello")));

    assertThat(noLimit.statusCode()).isEqualTo(400);
    assertThat(json(noLimit).at("/error/message").textValue())
        .isEqualTo("max_tokens: Field required");
    assertThat(noModel.statusCode()).isEqualTo(404);
    assertThat(json(noModel).at("/error/type").textValue()).isEqualTo("not_found_error");
    assertThat(hot.statusCode()).isEqualTo(400);
    assertThat(noVersion.statusCode()).isEqualTo(400);
  }

  @Test
  void modelsNamedSimHaveNoPriceAndNoLimits() throws Exception {
    HttpResponse<String> response =
        fixture.postChat(chat("sim-anything", "Hello", ",\"max_tokens\":1000000"));

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(fixture.invoice().path("unpriced_requests").intValue()).isPositive();
  }

  @Test
  void unknownPathAndWrongMethodAreRefused() throws Exception {
    HttpResponse<String> unknown = fixture.send(fixture.request("/v1/nothing").GET());
    HttpResponse<String> wrong = fixture.send(fixture.request("/v1/chat/completions").GET());

    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(json(unknown).at("/error/type").textValue()).isEqualTo("invalid_request_error");
    assertThat(wrong.statusCode()).isEqualTo(405);
  }

  // a megabyte takes about two seconds; the limit only tells slow from endless
  @ParameterizedTest
  @CsvSource({"a", "'word '", "1"})
  @Timeout(value = 120, unit = TimeUnit.SECONDS)
  void promptBeyondTheContextWindowIsRefusedHoweverItIsWritten(String piece) throws Exception {
    String prompt = piece.repeat(MEGABYTE / piece.length());

    HttpResponse<String> openAi = fixture.postChat(chat(GPT, prompt));
    HttpResponse<String> anthropic = fixture.postMessage(message(CLAUDE, prompt + prompt));

    assertThat(openAi.statusCode()).isEqualTo(400);
    assertThat(json(openAi).at("/error/code").textValue()).isEqualTo("context_length_exceeded");
    assertThat(anthropic.statusCode()).isEqualTo(400);
    assertThat(json(anthropic).at("/error/message").textValue())
        .matches("prompt is too long: \\d+ tokens > 200000 maximum");
  }
}

package io.penstock.simulator;

import static io.penstock.simulator.SimulatorFixture.GEMINI;
import static io.penstock.simulator.SimulatorFixture.contents;
import static io.penstock.simulator.SimulatorFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.simulator.SimulatorFixture.Dialect;
import io.penstock.tokens.TokenCounter;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeminiWireTest {
  private final SimulatorFixture fixture = SimulatorFixture.start(Map.of());

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void answersInTheShapeOfGeneratedContent() throws Exception {
    HttpResponse<String> response = fixture.postContents(contents("Hello"));

    JsonNode answer = json(response);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(answer.path("modelVersion").textValue()).isEqualTo(GEMINI);
    assertThat(answer.path("responseId").textValue()).isNotEmpty();
    assertThat(answer.at("/candidates/0/finishReason").textValue()).isEqualTo("STOP");
    assertThat(answer.at("/candidates/0/content/role").textValue()).isEqualTo("model");
    assertThat(answer.at("/candidates/0/content/parts/0/text").textValue())
        .startsWith(AnswerFunction.tagFor("Hello") + " ");
  }

  @Test
  void usageCountsInstructionsAndTextAndLeavesZerosOut() throws Exception {
    HttpResponse<String> response =
        fixture.postContents(
            contents("Hello", ",\"systemInstruction\":{\"parts\":[{\"text\":\"Be brief.\"}]}"));

    JsonNode usage = json(response).path("usageMetadata");
    TokenCounter counter = TokenCounter.o200k();
    int input = counter.count("Be brief.") + counter.count("Hello") + 3 * 3;
    int output = counter.count(json(response).at("/candidates/0/content/parts/0/text").textValue());
    assertThat(usage.path("promptTokenCount").intValue()).isEqualTo(input);
    assertThat(usage.path("candidatesTokenCount").intValue()).isEqualTo(output);
    assertThat(usage.path("totalTokenCount").intValue()).isEqualTo(input + output);
    assertThat(usage.has("cachedContentTokenCount")).isFalse();
    assertThat(usage.has("thoughtsTokenCount")).isFalse();
  }

  @Test
  void aLimitSpentOnThoughtsLeavesNoParts() throws Exception {
    String config =
        ",\"generationConfig\":{\"maxOutputTokens\":2,\"thinkingConfig\":{\"thinkingBudget\":-1}}";

    JsonNode answer = json(fixture.postContents(contents("Hello", config)));

    assertThat(answer.at("/candidates/0/content").has("parts")).isFalse();
    assertThat(answer.at("/candidates/0/finishReason").textValue()).isEqualTo("MAX_TOKENS");
    assertThat(answer.at("/usageMetadata/thoughtsTokenCount").intValue()).isEqualTo(2);
    assertThat(answer.at("/usageMetadata").has("candidatesTokenCount")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"contents\":[],\"x\":1} | Unknown name \"x\"",
        "{\"contents\":[]} | contents is not specified",
        "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"a\"}]}],\"generationConfig\":{\"top_k\":1}} | Unknown name \"top_k\" at 'generation_config'",
        "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"a\"}]}],\"generationConfig\":{\"temperature\":3}} | Invalid value at 'temperature'",
        "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"a\"}]}],\"generationConfig\":{\"maxOutputTokens\":99999}} | maxOutputTokens value of 99999",
        "{\"contents\":[{\"role\":\"system\",\"parts\":[{\"text\":\"a\"}]}]} | valid role: user, model",
        "{\"contents\": | Invalid JSON payload received"
      })
  void whatIsWrongIsABadArgument(String body, String said) throws Exception {
    HttpResponse<String> response = fixture.postContents(body);

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(json(response).at("/error/status").textValue()).isEqualTo("INVALID_ARGUMENT");
    assertThat(json(response).at("/error/message").textValue()).contains(said);
  }

  @Test
  void aRateNamesItsQuotaAndWhenToComeAgain() throws Exception {
    fixture.postLimits("{\"requests_per_minute\":1}");
    fixture.postContents(contents("Hello"));

    HttpResponse<String> refused = fixture.postContents(contents("Hello again"));

    JsonNode error = json(refused).path("error");
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.headers().firstValue("retry-after")).isEmpty();
    assertThat(error.path("status").textValue()).isEqualTo("RESOURCE_EXHAUSTED");
    assertThat(error.at("/details/0/violations/0/quotaId").textValue()).contains("PerMinute");
    assertThat(error.at("/details/1/retryDelay").textValue()).matches("\\d+(\\.\\d+)?s");
    assertThat(error.path("message").textValue())
        .contains("Please retry in " + error.at("/details/1/retryDelay").textValue());
  }

  @Test
  void anEmptyAccountIsToldByHelpOnly() throws Exception {
    JsonNode error = json(fixture.postAsking(Dialect.GEMINI, "quota", "Hello")).path("error");

    assertThat(error.at("/details/0/@type").textValue()).endsWith("google.rpc.Help");
    assertThat(error.path("details")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1beta/models", "/v1/models"})
  void listsAndNamesModelsInItsOwnShape(String path) throws Exception {
    JsonNode list = json(fixture.send(fixture.request(path).header("x-goog-api-key", "k").GET()));
    JsonNode one =
        json(
            fixture.send(fixture.request(path + "/" + GEMINI).header("x-goog-api-key", "k").GET()));

    assertThat(list.path("models").findValuesAsText("name")).contains("models/" + GEMINI);
    assertThat(one.path("name").textValue()).isEqualTo("models/" + GEMINI);
  }

  @Test
  void aModelThatIsNotPlayedIsNotFound() throws Exception {
    HttpResponse<String> response = fixture.send(fixture.request("/v1beta/models/gemini-0").GET());

    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(json(response).at("/error/status").textValue()).isEqualTo("NOT_FOUND");
  }

  @Test
  void aMissingKeyIsForbiddenAndAWrongOneABadArgument() throws Exception {
    try (SimulatorFixture locked = SimulatorFixture.start(Map.of("api-key", "right"))) {
      HttpResponse<String> missing = locked.postContents(contents("Hello"));
      HttpResponse<String> wrong =
          locked.send(locked.contentsRequest(contents("Hello")).header("x-goog-api-key", "wrong"));
      HttpResponse<String> right =
          locked.send(locked.contentsRequest(contents("Hello")).header("x-goog-api-key", "right"));

      assertThat(missing.statusCode()).isEqualTo(403);
      assertThat(wrong.statusCode()).isEqualTo(400);
      assertThat(json(wrong).at("/error/details/0/reason").textValue())
          .isEqualTo("API_KEY_INVALID");
      assertThat(right.statusCode()).isEqualTo(200);
    }
  }

  @Test
  void theSameBodyForAnotherModelIsAnotherRequest() throws Exception {
    fixture.postContents(contents("Hello"));
    fixture.send(
        fixture
            .request("/v1/models/sim-other:generateContent")
            .POST(java.net.http.HttpRequest.BodyPublishers.ofString(contents("Hello"))));

    assertThat(fixture.stats().path("ok").intValue()).isEqualTo(2);
    assertThat(fixture.stats().path("distinct").intValue()).isEqualTo(2);
  }
}

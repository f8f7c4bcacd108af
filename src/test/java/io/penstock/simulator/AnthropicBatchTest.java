package io.penstock.simulator;

import static io.penstock.simulator.BatchFixture.json;
import static io.penstock.simulator.BatchFixture.messages;
import static io.penstock.simulator.SimulatorFixture.CLAUDE;
import static io.penstock.simulator.SimulatorFixture.message;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class AnthropicBatchTest {
  @Test
  void nothingIsToldOfABatchBeforeItsEnd() throws Exception {
    try (BatchFixture api = BatchFixture.start()) {
      String id = api.createMessages(messages(10));
      api.advance(90);

      JsonNode running = api.messageBatch(id);
      HttpResponse<String> early = api.sendMessages("GET", "/" + id + "/results", "");
      api.advance(10);
      JsonNode ended = api.messageBatch(id);

      assertThat(running.path("processing_status").textValue()).isEqualTo("in_progress");
      assertThat(running.at("/request_counts/processing").intValue()).isEqualTo(10);
      assertThat(running.path("results_url").isNull()).isTrue();
      assertThat(early.statusCode()).isEqualTo(404);
      assertThat(ended.path("processing_status").textValue()).isEqualTo("ended");
      assertThat(ended.at("/request_counts").toString())
          .isEqualTo(
              "{\"processing\":0,\"succeeded\":10,\"errored\":0,\"canceled\":0,\"expired\":0}");
      assertThat(ended.path("ended_at").textValue()).isEqualTo("2026-11-22T10:01:40Z");
      assertThat(ended.path("results_url").textValue())
          .isEqualTo(api.fixture.simulator.origin() + "/v1/messages/batches/" + id + "/results");
    }
  }

  @Test
  void resultsAreAsInRealtimeAndWrongParametersAreErrors() throws Exception {
    try (BatchFixture api = BatchFixture.start()) {
      String wrong =
          ",{\"custom_id\":\"bad\",\"params\":{\"model\":\"" + CLAUDE + "\",\"messages\":[]}}]}";
      String three = messages(3);
      String id = api.createMessages(three.substring(0, three.length() - 2) + wrong);
      api.advance(100);

      List<JsonNode> results = api.messageResults(id);

      assertThat(BatchFixture.customIds(results))
          .containsExactlyInAnyOrder("m-0", "m-1", "m-2", "bad");
      for (JsonNode result : results) {
        String customId = result.path("custom_id").textValue();
        if (customId.equals("bad")) {
          assertThat(result.at("/result/type").textValue()).isEqualTo("errored");
          assertThat(result.at("/result/error/error/type").textValue())
              .isEqualTo("invalid_request_error");
        } else {
          String prompt = "Question " + customId.substring(2);
          JsonNode realtime = json(api.fixture.postMessage(message(CLAUDE, prompt)));
          assertThat(result.at("/result/message/content")).isEqualTo(realtime.path("content"));
          assertThat(result.at("/result/message/usage/service_tier").textValue())
              .isEqualTo("batch");
        }
      }
    }
  }

  @Test
  void cancellingKeepsWhatWasDone() throws Exception {
    try (BatchFixture api = BatchFixture.start()) {
      String id = api.createMessages(messages(9));
      api.advance(50);

      JsonNode canceling = json(api.sendMessages("POST", "/" + id + "/cancel", ""));
      HttpResponse<String> early = api.sendMessages("DELETE", "/" + id, "");
      api.advance(10);

      assertThat(canceling.path("processing_status").textValue()).isEqualTo("canceling");
      assertThat(early.statusCode()).isEqualTo(400);
      assertThat(api.messageBatch(id).at("/request_counts/succeeded").intValue()).isEqualTo(4);
      assertThat(api.messageBatch(id).at("/request_counts/canceled").intValue()).isEqualTo(5);
      assertThat(api.messageResults(id))
          .hasSize(9)
          .filteredOn(line -> line.at("/result/type").textValue().equals("canceled"))
          .hasSize(5);
      assertThat(api.sendMessages("DELETE", "/" + id, "").body()).contains("message_batch_deleted");
      assertThat(api.sendMessages("GET", "/" + id, "").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void listsGoBothWays() throws Exception {
    try (BatchFixture api = BatchFixture.start()) {
      String first = api.createMessages(messages(1));
      String second = api.createMessages(messages(1));
      String third = api.createMessages(messages(1));

      JsonNode newest = json(api.sendMessages("GET", "?limit=2", ""));
      JsonNode after = json(api.sendMessages("GET", "?after_id=" + second, ""));
      JsonNode before = json(api.sendMessages("GET", "?limit=1&before_id=" + first, ""));

      assertThat(newest.path("data").findValuesAsText("id")).containsExactly(third, second);
      assertThat(newest.path("has_more").booleanValue()).isTrue();
      assertThat(after.path("data").findValuesAsText("id")).containsExactly(first);
      assertThat(after.path("has_more").booleanValue()).isFalse();
      assertThat(before.path("data").findValuesAsText("id")).containsExactly(second);
      assertThat(before.path("has_more").booleanValue()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{                                                | 400 | not valid JSON",
        "{}                                               | 400 | requests: Field required",
        "{'requests':[]}                                  | 400 | requests: Field required",
        "{'requests':[{'custom_id':'a.b','params':{}}]}   | 400 | requests.0.custom_id: String",
        "{'requests':[{'custom_id':'a'}]}                 | 400 | requests.0.params: Field",
        "{'requests':[{'custom_id':'a','params':{}},{'custom_id':'a','params':{}}]} | 400 | unique",
      })
  void wrongBatchesAreRefused(String body, int status, String complaint) throws Exception {
    try (BatchFixture api = BatchFixture.start()) {
      HttpResponse<String> response = api.sendMessages("POST", "", body.replace('\'', '"'));

      assertThat(response.statusCode()).isEqualTo(status);
      assertThat(json(response).at("/error/message").textValue()).contains(complaint);
      assertThat(api.fixture.stats().path("batches_created").intValue()).isZero();
    }
  }

  @Test
  void keyAndVersionAreAskedFor() throws Exception {
    try (BatchFixture api = BatchFixture.start("api-key", "right")) {
      HttpResponse<String> noKey = api.sendMessages("GET", "", "");
      HttpResponse<String> noVersion =
          api.fixture.send(
              api.fixture.request("/v1/messages/batches").header("x-api-key", "right"));

      assertThat(noKey.statusCode()).isEqualTo(401);
      assertThat(json(noKey).at("/error/type").textValue()).isEqualTo("authentication_error");
      assertThat(noVersion.statusCode()).isEqualTo(400);
    }
  }
}

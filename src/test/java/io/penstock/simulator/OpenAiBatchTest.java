package io.penstock.simulator;

import static io.penstock.simulator.BatchFixture.json;
import static io.penstock.simulator.BatchFixture.line;
import static io.penstock.simulator.BatchFixture.lines;
import static io.penstock.simulator.SimulatorFixture.GPT;
import static io.penstock.simulator.SimulatorFixture.chat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class OpenAiBatchTest {
  @Test
  void aFileIsKeptToldListedAndDeleted() throws Exception {
    try (BatchFixture api = BatchFixture.start()) {
      String id = api.upload(lines(3));

      JsonNode file = api.fixture.get("/v1/files/" + id);
      HttpResponse<String> content =
          api.fixture.send(api.fixture.request("/v1/files/" + id + "/content"));
      JsonNode listed = api.fixture.get("/v1/files?purpose=batch");
      HttpResponse<String> deleted =
          api.fixture.send(api.fixture.request("/v1/files/" + id).DELETE());
      HttpResponse<String> gone = api.fixture.send(api.fixture.request("/v1/files/" + id));

      assertThat(file.path("filename").textValue()).isEqualTo("in.jsonl");
      assertThat(file.path("bytes").intValue()).isEqualTo(lines(3).length());
      assertThat(file.path("purpose").textValue()).isEqualTo("batch");
      assertThat(content.body()).isEqualTo(lines(3));
      assertThat(listed.path("data")).hasSize(1);
      assertThat(json(deleted).path("deleted").booleanValue()).isTrue();
      assertThat(gone.statusCode()).isEqualTo(404);
    }
  }

  @Test
  void aBatchGoesThroughItsStatesAsTheClockGoesOn() throws Exception {
    try (BatchFixture api = BatchFixture.start()) {
      String id = api.create(lines(90));
      List<String> seen = new ArrayList<>();
      for (long seconds : new long[] {0, 5, 45, 45, 5}) {
        api.advance(seconds);
        JsonNode batch = api.batch(id);
        seen.add(batch.path("status").textValue() + " " + batch.at("/request_counts/completed"));
      }

      assertThat(seen)
          .containsExactly(
              "validating 0", "in_progress 0", "in_progress 45", "finalizing 90", "completed 90");
      JsonNode batch = api.batch(id);
      long created = FakeClock.START.getEpochSecond();
      assertThat(batch.path("created_at").longValue()).isEqualTo(created);
      assertThat(batch.path("in_progress_at").longValue()).isEqualTo(created + 5);
      assertThat(batch.path("completed_at").longValue()).isEqualTo(created + 100);
      assertThat(batch.path("expires_at").longValue()).isEqualTo(created + 86_400);
      assertThat(batch.at("/metadata/job").textValue()).isEqualTo("j-1");
      assertThat(batch.path("error_file_id").isNull()).isTrue();
    }
  }

  @Test
  void linesAreAnsweredOnceInAnotherOrderAsInRealtime() throws Exception {
    try (BatchFixture api = BatchFixture.start("seed", "7")) {
      String id = api.create(lines(20));
      api.advance(100);

      List<JsonNode> results = api.results(api.batch(id), "output_file_id");

      List<String> asked = IntStream.range(0, 20).mapToObj(i -> "r-" + i).toList();
      assertThat(BatchFixture.customIds(results))
          .containsExactlyInAnyOrderElementsOf(asked)
          .isNotEqualTo(asked);
      for (JsonNode result : results) {
        String number = result.path("custom_id").textValue().substring(2);
        HttpResponse<String> realtime = api.fixture.postChat(chat(GPT, "Question " + number));
        assertThat(result.at("/response/status_code").intValue()).isEqualTo(200);
        assertThat(result.at("/response/body/choices/0/message/content").textValue())
            .isEqualTo(SimulatorFixture.textOf(realtime));
      }
    }
  }

  @Test
  void aLineThatIsInvalidEndsInTheErrorFile() throws Exception {
    try (BatchFixture api = BatchFixture.start()) {
      String id = api.create(lines(2) + line("hot", chat(GPT, "Hi", ",\"temperature\":9")));
      api.advance(100);

      JsonNode batch = api.batch(id);

      assertThat(batch.path("status").textValue()).isEqualTo("completed");
      assertThat(batch.at("/request_counts").toString())
          .isEqualTo("{\"total\":3,\"completed\":2,\"failed\":1}");
      JsonNode error = api.results(batch, "error_file_id").get(0);
      assertThat(error.path("custom_id").textValue()).isEqualTo("hot");
      assertThat(error.at("/response/status_code").intValue()).isEqualTo(400);
      assertThat(error.at("/response/body/error/param").textValue()).isEqualTo("temperature");
    }
  }

  @Test
  void cancellingKeepsWhatWasDoneAndTellsTheRest() throws Exception {
    try (BatchFixture api = BatchFixture.start()) {
      String id = api.create(lines(90));
      api.advance(50);

      JsonNode cancelling = json(api.post("/v1/batches/" + id + "/cancel", ""));
      api.advance(10);
      JsonNode cancelled = api.batch(id);

      assertThat(cancelling.path("status").textValue()).isEqualTo("cancelling");
      assertThat(cancelled.path("status").textValue()).isEqualTo("cancelled");
      assertThat(cancelled.at("/request_counts/completed").intValue()).isEqualTo(45);
      assertThat(api.results(cancelled, "output_file_id")).hasSize(45);
      assertThat(api.results(cancelled, "error_file_id"))
          .hasSize(45)
          .allMatch(one -> one.at("/error/code").textValue().equals("batch_cancelled"));
      assertThat(api.fixture.stats().path("batch_ok").intValue()).isEqualTo(45);
      assertThat(api.post("/v1/batches/" + id + "/cancel", "").statusCode()).isEqualTo(409);
    }
  }

  @Test
  void aBatchThatIsNotDoneInItsWindowExpiresWithWhatIsDone() throws Exception {
    try (BatchFixture api = BatchFixture.start("batch-window-seconds", "50")) {
      String id = api.create(lines(90));
      api.advance(1000);

      JsonNode batch = api.batch(id);

      assertThat(batch.path("status").textValue()).isEqualTo("expired");
      assertThat(batch.path("expired_at").longValue())
          .isEqualTo(FakeClock.START.getEpochSecond() + 50);
      assertThat(api.results(batch, "output_file_id")).hasSize(45);
      assertThat(api.results(batch, "error_file_id"))
          .hasSize(45)
          .allMatch(one -> one.at("/error/code").textValue().equals("batch_expired"));
    }
  }

  @Test
  void listsAreNewestFirstInPages() throws Exception {
    try (BatchFixture api = BatchFixture.start()) {
      String first = api.create(lines(1));
      String second = api.create(lines(1));
      String third = api.create(lines(1));

      JsonNode page = api.fixture.get("/v1/batches?limit=2");
      JsonNode rest = api.fixture.get("/v1/batches?limit=2&after=" + second);

      assertThat(page.path("data").findValuesAsText("id")).containsExactly(third, second);
      assertThat(page.path("first_id").textValue()).isEqualTo(third);
      assertThat(page.path("last_id").textValue()).isEqualTo(second);
      assertThat(page.path("has_more").booleanValue()).isTrue();
      assertThat(rest.path("data").findValuesAsText("id")).containsExactly(first);
      assertThat(rest.path("has_more").booleanValue()).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"custom_id\":                                        | invalid_json_line   | 2",
        "[1]                                                    | invalid_json_line   | 2",
        "LINE r-0 gpt-4o-mini /v1/chat/completions POST         | duplicate_custom_id | 2",
        "LINE x claude-haiku-4-5 /v1/chat/completions POST      | mismatched_model    | 2",
        "LINE x gpt-4o-mini /v1/embeddings POST                 | invalid_url         | 2",
        "LINE x gpt-4o-mini /v1/chat/completions GET            | invalid_method      | 2",
      })
  void aWrongLineFailsTheBatch(String second, String code, int number) throws Exception {
    try (BatchFixture api = BatchFixture.start()) {
      String id = api.create(lines(1) + written(second) + "\n");
      JsonNode before = api.batch(id);
      api.advance(5);

      JsonNode failed = api.batch(id);

      assertThat(before.path("status").textValue()).isEqualTo("validating");
      assertThat(failed.path("status").textValue()).isEqualTo("failed");
      assertThat(failed.at("/errors/data/0/code").textValue()).isEqualTo(code);
      assertThat(failed.at("/errors/data/0/line").intValue()).isEqualTo(number);
      assertThat(failed.path("output_file_id").isNull()).isTrue();
      assertThat(api.fixture.invoice().path("total_usd").textValue()).isEqualTo("0");
    }
  }

  private static String written(String line) {
    if (!line.startsWith("LINE ")) {
      return line;
    }
    String[] words = line.split(" ");
    return "{\"custom_id\":\"%s\",\"method\":\"%s\",\"url\":\"%s\",\"body\":%s}"
        .formatted(words[1], words[4], words[3], chat(words[2], "Hello"));
  }

  @Test
  void anEmptyFileAndAnUnknownModelFailTheBatch() throws Exception {
    try (BatchFixture api = BatchFixture.start()) {
      String empty = api.create("");
      String unknown = api.create(line("a", chat("gpt-0", "Hello")));
      api.advance(5);

      assertThat(api.batch(empty).at("/errors/data/0/code").textValue()).isEqualTo("empty_file");
      assertThat(api.batch(unknown).at("/errors/data/0/code").textValue())
          .isEqualTo("model_not_found");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/batches          | {}                                | 400 | 'endpoint'",
        "/v1/batches          | {'endpoint':'/v1/embeddings'}     | 400 | must be /v1/chat/completions",
        "/v1/batches/b/cancel | {}                                | 404 | No batch found",
        "/v1/files            | {}                                | 400 | multipart",
        "/v1/batches/b/x      | {}                                | 404 | Invalid URL",
      })
  void wrongCallsAreRefused(String path, String body, int status, String complaint)
      throws Exception {
    try (BatchFixture api = BatchFixture.start()) {
      HttpResponse<String> response = api.post(path, body.replace('\'', '"'));

      assertThat(response.statusCode()).isEqualTo(status);
      assertThat(json(response).at("/error/message").textValue()).containsPattern(complaint);
    }
  }

  @Test
  void aKeyIsAskedFor() throws Exception {
    try (BatchFixture api = BatchFixture.start("api-key", "right")) {
      for (String path : new String[] {"/v1/files", "/v1/batches", "/openai/v1/batches"}) {
        HttpResponse<String> none = api.fixture.send(api.fixture.request(path));
        HttpResponse<String> right =
            api.fixture.send(api.fixture.request(path).header("Authorization", "Bearer right"));

        assertThat(none.statusCode()).isEqualTo(401);
        assertThat(json(none).at("/error/code").textValue()).isEqualTo("invalid_api_key");
        assertThat(right.statusCode()).isEqualTo(200);
      }
    }
  }

  @Test
  void azureHasItsOwnWays() throws Exception {
    try (BatchFixture api = BatchFixture.start()) {
      String file = api.upload(lines(2).replace("/v1/chat", "/chat"));
      String body = BatchFixture.createBody(file).replace("/v1/chat", "/chat");

      JsonNode created = json(api.post("/openai/batches?api-version=2024-10-21", body));
      api.advance(100);
      JsonNode batch = api.fixture.get("/openai/v1/batches/" + created.path("id").textValue());

      assertThat(created.path("status").textValue()).isEqualTo("Validating");
      assertThat(created.path("created_at").textValue()).isEqualTo("2026-11-22T10:00:00Z");
      assertThat(created.at("/request_counts/total").isNull()).isTrue();
      assertThat(batch.path("status").textValue()).isEqualTo("completed");
      assertThat(api.results(batch, "output_file_id")).hasSize(2);
      assertThat(batch.path("error_file_id").isNull()).isFalse();
      assertThat(api.results(batch, "error_file_id")).isEmpty();
    }
  }
}

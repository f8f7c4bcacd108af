package io.penstock.simulator;

import static io.penstock.simulator.BatchFixture.lines;
import static io.penstock.simulator.BatchFixture.messages;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class BatchFaultTest {
  @ParameterizedTest
  @CsvSource({
    "expired,expired,batch_expired,expired",
    "cancelled_by_provider,cancelled,batch_cancelled,canceled"
  })
  void theFirstBatchEndsEarlyWithAShareOfItsLines(
      String fault, String status, String code, String type) throws Exception {
    try (BatchFixture api =
        BatchFixture.start("batch-faults", fault + "=0.4", "batch-faulty", "1")) {
      String early = api.create(lines(10));
      String whole = api.create(lines(10));
      api.advance(100);

      JsonNode batch = api.batch(early);
      assertThat(batch.path("status").textValue()).isEqualTo(status);
      assertThat(api.results(batch, "output_file_id")).hasSize(4);
      assertThat(api.results(batch, "error_file_id"))
          .hasSize(6)
          .allMatch(line -> line.at("/error/code").textValue().equals(code));
      assertThat(api.batch(whole).path("status").textValue()).isEqualTo("completed");
      assertThat(api.fixture.stats().path("billed_duplicates").intValue()).isEqualTo(4);
    }
    try (BatchFixture api = BatchFixture.start("batch-faults", fault + "=0.4")) {
      String id = api.createMessages(messages(10));
      api.advance(100);

      assertThat(api.messageBatch(id).at("/request_counts/" + type).intValue()).isEqualTo(6);
      assertThat(api.messageResults(id))
          .filteredOn(line -> line.at("/result/type").textValue().equals(type))
          .hasSize(6);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "line_429,429,rate_limit_exceeded",
    "line_500,500,internal_error",
    "line_400,400,invalid_value"
  })
  void linesFailUnbilled(String fault, int status, String code) throws Exception {
    try (BatchFixture api = BatchFixture.start("batch-faults", fault + "=0.5")) {
      String id = api.create(lines(40));
      api.advance(100);

      JsonNode batch = api.batch(id);

      List<JsonNode> errors = api.results(batch, "error_file_id");
      assertThat(errors).hasSizeBetween(8, 32);
      assertThat(errors)
          .allMatch(line -> line.at("/response/status_code").intValue() == status)
          .allMatch(line -> line.at("/response/body/error/code").textValue().equals(code));
      assertThat(batch.at("/request_counts/failed").intValue()).isEqualTo(errors.size());
      assertThat(api.fixture.stats().path("batch_ok").intValue()).isEqualTo(40 - errors.size());
    }
  }

  @Test
  void invalidLinesStayInvalidAndOthersAreDrawnAnew() throws Exception {
    try (BatchFixture api = BatchFixture.start("batch-faults", "line_400=0.3,line_500=0.3")) {
      String first = api.create(lines(40));
      String second = api.create(lines(40));
      api.advance(100);

      List<String> refused = failed(api, first, 400);
      List<String> broken = failed(api, first, 500);

      assertThat(refused)
          .isNotEmpty()
          .containsExactlyInAnyOrderElementsOf(failed(api, second, 400));
      assertThat(broken).isNotEmpty().isNotEqualTo(failed(api, second, 500));
    }
  }

  private static List<String> failed(BatchFixture api, String id, int status) throws Exception {
    return BatchFixture.customIds(
            api.results(api.batch(id), "error_file_id").stream()
                .filter(line -> line.at("/response/status_code").intValue() == status)
                .toList())
        .stream()
        .sorted()
        .toList();
  }

  @Test
  void aWholeBatchFails() throws Exception {
    try (BatchFixture api = BatchFixture.start("batch-faults", "failed=1")) {
      String id = api.create(lines(3));
      String messages = api.createMessages(messages(3));
      api.advance(100);

      assertThat(api.batch(id).path("status").textValue()).isEqualTo("failed");
      assertThat(api.batch(id).at("/errors/data")).hasSize(1);
      assertThat(api.messageBatch(messages).at("/request_counts/errored").intValue()).isEqualTo(3);
      assertThat(api.fixture.invoice().path("total_usd").textValue()).isEqualTo("0");
    }
  }

  @Test
  void whatIsLostIsThereAllTheSame() throws Exception {
    try (BatchFixture api =
        BatchFixture.start("batch-faults", "lost_upload=1,lost_create=1", "batch-faulty", "1")) {
      assertThatThrownBy(() -> api.upload(lines(2))).isInstanceOf(IOException.class);
      String file = api.fixture.get("/v1/files").at("/data/0/id").textValue();
      assertThatThrownBy(() -> api.post("/v1/batches", BatchFixture.createBody(file)))
          .isInstanceOf(IOException.class);

      JsonNode listed = api.fixture.get("/v1/batches");

      assertThat(listed.path("data")).hasSize(1);
      assertThat(listed.at("/data/0/metadata/job").textValue()).isEqualTo("j-1");
      assertThat(api.upload(lines(2))).isNotNull();
    }
  }

  @Test
  void aHiddenBatchIsFoundLater() throws Exception {
    try (BatchFixture api = BatchFixture.start("batch-hidden-seconds", "10")) {
      String id = api.create(lines(2));
      String messages = api.createMessages(messages(2));

      HttpResponse<String> early = api.fixture.send(api.fixture.request("/v1/batches/" + id));
      assertThat(early.statusCode()).isEqualTo(404);
      assertThat(api.fixture.get("/v1/batches").path("data")).isEmpty();
      assertThat(api.sendMessages("GET", "/" + messages, "").statusCode()).isEqualTo(404);
      api.advance(10);
      assertThat(api.batch(id).path("id").textValue()).isEqualTo(id);
      assertThat(api.messageBatch(messages).path("id").textValue()).isEqualTo(messages);
    }
  }

  @Test
  void slowAnswersComeLaterAndTheirBatchIsThereAtOnce() throws Exception {
    try (BatchFixture api = BatchFixture.start("batch-slow-create", "0.4")) {
      String file = api.upload(lines(2));
      long start = System.nanoTime();

      String id =
          BatchFixture.json(api.post("/v1/batches", BatchFixture.createBody(file)))
              .path("id")
              .textValue();

      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(400_000_000L);
      assertThat(api.batch(id).path("created_at").longValue())
          .isEqualTo(FakeClock.START.getEpochSecond());
    }
  }
}

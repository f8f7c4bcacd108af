package io.penstock.simulator;

import static io.penstock.simulator.BatchFixture.json;
import static io.penstock.simulator.BatchFixture.lines;
import static io.penstock.simulator.BatchFixture.messages;
import static io.penstock.simulator.SimulatorFixture.CLAUDE;
import static io.penstock.simulator.SimulatorFixture.GPT;
import static io.penstock.simulator.SimulatorFixture.chat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.domain.Usd;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class BatchBooksTest {
  private static final BigDecimal HALF_INPUT = new BigDecimal("0.075");
  private static final BigDecimal HALF_OUTPUT = new BigDecimal("0.30");

  @Test
  void linesAreBilledAtHalfWhenTheyAreDone() throws Exception {
    try (BatchFixture api = BatchFixture.start()) {
      String id = api.create(lines(18));
      api.advance(50);
      int half = api.fixture.stats().path("batch_ok").intValue();
      api.advance(50);

      BigDecimal usd = BigDecimal.ZERO;
      for (JsonNode line : api.results(api.batch(id), "output_file_id")) {
        JsonNode usage = line.at("/response/body/usage");
        usd = usd.add(HALF_INPUT.multiply(usage.path("prompt_tokens").decimalValue()));
        usd = usd.add(HALF_OUTPUT.multiply(usage.path("completion_tokens").decimalValue()));
      }
      JsonNode invoice = api.fixture.invoice();

      String expected = new Usd(usd.movePointLeft(6)).toString();
      assertThat(half).isEqualTo(9);
      assertThat(invoice.path("batch_usd").textValue()).isEqualTo(expected);
      assertThat(invoice.path("total_usd").textValue()).isEqualTo(expected);
      assertThat(invoice.path("delivered_usd").textValue()).isEqualTo("0");
      JsonNode model = invoice.at("/models/" + GPT);
      assertThat(new BigDecimal(model.at("/batch_input/price_per_million").textValue()))
          .isEqualByComparingTo("0.075");
      assertThat(model.at("/batch/requests").intValue()).isEqualTo(18);
      assertThat(model.at("/input/tokens").intValue()).isZero();
    }
  }

  @Test
  void bothWaysOfDeliveryAddUp() throws Exception {
    try (BatchFixture api = BatchFixture.start()) {
      api.createMessages(messages(5));
      api.fixture.postChat(chat(GPT, "Hello"));
      api.advance(100);

      JsonNode invoice = api.fixture.invoice();

      BigDecimal sum = usd(invoice, "delivered_usd").add(usd(invoice, "batch_usd"));
      assertThat(usd(invoice, "total_usd")).isEqualByComparingTo(sum);
      assertThat(invoice.at("/models/" + CLAUDE + "/batch/usd").textValue())
          .isEqualTo(invoice.path("batch_usd").textValue());
    }
  }

  private static BigDecimal usd(JsonNode invoice, String field) {
    return new BigDecimal(invoice.path(field).textValue());
  }

  @Test
  void whatIsBilledTwiceIsSeenAcrossBothWays() throws Exception {
    try (BatchFixture api = BatchFixture.start()) {
      api.create(lines(4));
      api.create(lines(4));
      api.fixture.postChat(chat(GPT, "Question 3"));
      api.fixture.postChat(chat(GPT, "Another"));
      api.advance(100);

      JsonNode stats = api.fixture.stats();

      assertThat(stats.path("batches").toString()).isEqualTo("{\"completed\":2}");
      assertThat(stats.path("batches_created").intValue()).isEqualTo(2);
      assertThat(stats.path("files").intValue()).isEqualTo(4);
      assertThat(stats.path("batch_requests").intValue()).isEqualTo(8);
      assertThat(stats.path("batch_distinct").intValue()).isEqualTo(4);
      assertThat(stats.path("batch_duplicates").intValue()).isEqualTo(4);
      assertThat(stats.path("billed").intValue()).isEqualTo(10);
      assertThat(stats.path("billed_distinct").intValue()).isEqualTo(5);
      assertThat(stats.path("billed_duplicates").intValue()).isEqualTo(5);
      assertThat(stats.path("requests").intValue()).isEqualTo(2);
    }
  }

  @Test
  void resetDeletesBatchesAndFiles() throws Exception {
    try (BatchFixture api = BatchFixture.start()) {
      String id = api.create(lines(4));
      api.advance(50);

      JsonNode stats = json(api.post("/reset", ""));

      assertThat(stats.path("batches")).isEmpty();
      assertThat(stats.path("files").intValue()).isZero();
      assertThat(api.fixture.send(api.fixture.request("/v1/batches/" + id)).statusCode())
          .isEqualTo(404);
      assertThat(api.fixture.invoice().path("total_usd").textValue()).isEqualTo("0");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"batch-max-requests,2,too_many_requests", "batch-max-bytes,99,file_too_large"})
  void smallLimitsCanBeRehearsed(String option) throws Exception {
    String[] words = option.split(",");
    try (BatchFixture api = BatchFixture.start(words[0], words[1])) {
      String id = api.create(lines(3));
      HttpResponse<String> messages = api.sendMessages("POST", "", messages(3));
      api.advance(100);

      assertThat(api.batch(id).at("/errors/data/0/code").textValue()).isEqualTo(words[2]);
      assertThat(messages.statusCode()).isEqualTo(413);
      assertThat(json(messages).at("/error/type").textValue()).isEqualTo("request_too_large");
    }
  }

  @Test
  void aBatchBeyondTheEnqueuedTokensFailsUntilOthersHaveEnded() throws Exception {
    try (BatchFixture api = BatchFixture.start("batch-enqueued-tokens", "50")) {
      // "Question 0" has 3 tokens, and 3 more for the message and 3 for the conversation
      api.create(lines(4));
      String second = api.create(lines(4));
      api.advance(100);
      String third = api.create(lines(4));
      api.advance(5);

      JsonNode error = api.batch(second).at("/errors/data/0");
      assertThat(error.path("code").textValue()).isEqualTo("token_limit_exceeded");
      assertThat(error.path("message").textValue())
          .startsWith("Enqueued token limit reached for gpt-4o-mini")
          .contains("Limit: 50 enqueued tokens");
      assertThat(api.batch(third).path("status").textValue()).isEqualTo("in_progress");
    }
  }
}

package io.penstock.simulator;

import static io.penstock.simulator.SimulatorFixture.CLAUDE;
import static io.penstock.simulator.SimulatorFixture.GPT;
import static io.penstock.simulator.SimulatorFixture.chat;
import static io.penstock.simulator.SimulatorFixture.json;
import static io.penstock.simulator.SimulatorFixture.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class FaultTest {
  private static SimulatorFixture always(String fault) {
    return SimulatorFixture.start(Map.of("faults", fault + "=1"));
  }

  private static void assertNothingBilled(SimulatorFixture fixture) throws Exception {
    assertThat(fixture.invoice().path("total_usd").textValue()).isEqualTo("0");
    assertThat(fixture.stats().path("undelivered").intValue()).isZero();
    assertThat(fixture.stats().path("failed_requests").intValue()).isEqualTo(1);
  }

  private static void assertBilledAndUndelivered(SimulatorFixture fixture) throws Exception {
    JsonNode invoice = fixture.invoice();
    assertThat(invoice.path("delivered_usd").textValue()).isEqualTo("0");
    assertThat(new BigDecimal(invoice.path("undelivered_usd").textValue())).isPositive();
    assertThat(invoice.at("/models/" + GPT + "/undelivered/requests").intValue()).isEqualTo(1);
    assertThat(fixture.stats().path("undelivered").intValue()).isEqualTo(1);
    assertThat(fixture.stats().path("spoilt").intValue()).isEqualTo(1);
    assertThat(fixture.stats().path("ok").intValue()).isZero();
    assertThat(fixture.stats().path("failed_requests").intValue()).isEqualTo(1);
    assertThat(fixture.stats().path("in_flight").intValue()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "500, server_error, internal_error",
    "503, service_unavailable_error, server_is_overloaded",
    "529, server_error, slow_down",
  })
  void openAiErrorsAreNotBilled(int status, String type, String code) throws Exception {
    try (SimulatorFixture fixture = always(Integer.toString(status))) {
      HttpResponse<String> response = fixture.postChat(chat(GPT, "Hello"));

      assertThat(response.statusCode()).isEqualTo(status);
      assertThat(json(response).at("/error/type").textValue()).isEqualTo(type);
      assertThat(json(response).at("/error/code").textValue()).isEqualTo(code);
      assertThat(fixture.stats().at("/by_status/" + status).intValue()).isEqualTo(1);
      assertNothingBilled(fixture);
    }
  }

  @ParameterizedTest
  @CsvSource({"500, api_error", "503, api_error", "529, overloaded_error"})
  void anthropicErrorsAreNotBilled(int status, String type) throws Exception {
    try (SimulatorFixture fixture = always(Integer.toString(status))) {
      HttpResponse<String> response = fixture.postMessage(message(CLAUDE, "Hello"));

      assertThat(response.statusCode()).isEqualTo(status);
      assertThat(json(response).at("/error/type").textValue()).isEqualTo(type);
      assertNothingBilled(fixture);
    }
  }

  @Test
  void resetClosesTheConnectionAndBills() throws Exception {
    try (SimulatorFixture fixture = always("reset")) {
      assertThatThrownBy(() -> fixture.postChat(chat(GPT, "Hello")))
          .isInstanceOf(IOException.class);

      assertThat(fixture.stats().path("by_status")).isEmpty();
      assertBilledAndUndelivered(fixture);
    }
  }

  @Test
  void malformedAnswerIsNotJsonAndBilled() throws Exception {
    try (SimulatorFixture fixture = always("malformed")) {
      HttpResponse<String> response = fixture.postChat(chat(GPT, "Hello"));

      assertThat(response.statusCode()).isEqualTo(200);
      assertThatThrownBy(() -> json(response)).isInstanceOf(JsonProcessingException.class);
      assertBilledAndUndelivered(fixture);
    }
  }

  @Test
  void truncatedAnswerEndsEarlyAndIsBilled() throws Exception {
    try (SimulatorFixture fixture = always("truncated");
        Socket socket = fixture.sendAndDoNotRead(chat(GPT, "Hello"))) {
      String received = new String(socket.getInputStream().readAllBytes());

      String body = received.substring(received.indexOf("\r\n\r\n") + 4);
      int announced = Integer.parseInt(received.replaceAll("(?s).*Content-Length: (\\d+).*", "$1"));
      assertThat(received).startsWith("HTTP/1.1 200 ");
      assertThat(body).startsWith("{\"id\"").hasSizeLessThan(announced);
      assertBilledAndUndelivered(fixture);
    }
  }

  @Test
  void slowAnswerIsWholeAndDeliveredUnlessTheClientLeaves() throws Exception {
    try (SimulatorFixture fixture = always("slow")) {
      long start = System.nanoTime();
      Socket leaving = fixture.sendAndDoNotRead(chat(GPT, "Goodbye"));
      leaving.getInputStream().read();
      leaving.close();

      HttpResponse<String> response = fixture.postChat(chat(GPT, "Hello"));

      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(5));
      assertThat(json(response).path("usage").path("total_tokens").intValue()).isPositive();
      SimulatorFixture.await(() -> fixture.simulator.stats().inFlight() == 0);
      assertThat(fixture.stats().path("ok").intValue()).isEqualTo(1);
      assertThat(fixture.stats().path("undelivered").intValue()).isEqualTo(1);
      assertThat(fixture.stats().path("spoilt").intValue()).isZero();
      assertThat(fixture.stats().path("failed_requests").intValue()).isZero();
    }
  }

  @Test
  void everyAttemptDrawsAnewAndEachRequestFailsOnce() throws Exception {
    try (SimulatorFixture fixture =
        SimulatorFixture.start(Map.of("faults", "500=0.3,503=0.2", "seed", "5"))) {
      int failures = 0;
      for (int request = 0; request < 20; request++) {
        while (fixture.postChat(chat(GPT, "Request " + request)).statusCode() != 200) {
          failures++;
        }
      }

      SimulatorStats stats = fixture.simulator.stats();
      assertThat(stats.requests()).isEqualTo(20 + failures);
      assertThat(stats.distinct()).isEqualTo(20);
      assertThat(stats.duplicates()).isEqualTo(failures);
      assertThat(stats.ok()).isEqualTo(20);
      assertThat(stats.failedRequests()).isBetween(1L, (long) failures);
    }
  }
}

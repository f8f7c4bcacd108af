package io.penstock.simulator;

import static io.penstock.simulator.SimulatorFixture.CLAUDE;
import static io.penstock.simulator.SimulatorFixture.GPT;
import static io.penstock.simulator.SimulatorFixture.chat;
import static io.penstock.simulator.SimulatorFixture.json;
import static io.penstock.simulator.SimulatorFixture.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SimulatorFiguresTest {
  @Test
  void statsTellRepeatsAndTimes() throws Exception {
    try (SimulatorFixture fixture = SimulatorFixture.start(Map.of())) {
      JsonNode before = fixture.stats();
      fixture.postChat(chat(GPT, "Hello"));
      fixture.postChat(chat(GPT, "Hello"));
      fixture.postMessage(message(CLAUDE, "Hello"));

      JsonNode after = fixture.stats();

      assertThat(before.path("first_at").isNull()).isTrue();
      assertThat(before.path("requests").intValue()).isZero();
      assertThat(after.path("requests").intValue()).isEqualTo(3);
      assertThat(after.path("distinct").intValue()).isEqualTo(2);
      assertThat(after.path("duplicates").intValue()).isEqualTo(1);
      assertThat(after.path("ok").intValue()).isEqualTo(3);
      assertThat(after.at("/by_status/200").intValue()).isEqualTo(3);
      assertThat(after.path("in_flight").intValue()).isZero();
      assertThat(after.path("peak_in_flight").intValue()).isEqualTo(1);
      assertThat(after.path("first_at").textValue()).endsWith("Z");
      assertThat(after.path("last_request_at").textValue())
          .isBetween(after.path("first_at").textValue(), after.path("last_at").textValue());
      assertThat(after.path("first_to_last_seconds").doubleValue()).isNotNegative();
    }
  }

  @Test
  void invoiceIsTheExactSumOfTheUsages() throws Exception {
    try (SimulatorFixture fixture = SimulatorFixture.start(Map.of())) {
      BigDecimal input = BigDecimal.ZERO;
      BigDecimal output = BigDecimal.ZERO;
      for (int i = 0; i < 30; i++) {
        JsonNode usage = json(fixture.postChat(chat(GPT, "Hello " + i))).path("usage");
        input = input.add(usage.path("prompt_tokens").decimalValue());
        output = output.add(usage.path("completion_tokens").decimalValue());
      }

      JsonNode invoice = fixture.invoice();

      JsonNode model = invoice.at("/models/" + GPT);
      BigDecimal inputUsd = input.multiply(SimulatorFixture.GPT_INPUT).movePointLeft(6);
      BigDecimal outputUsd = output.multiply(SimulatorFixture.GPT_OUTPUT).movePointLeft(6);
      assertThat(invoice.path("currency").textValue()).isEqualTo("USD");
      assertThat(model.at("/input/tokens").decimalValue()).isEqualByComparingTo(input);
      assertThat(model.at("/input/price_per_million").textValue()).isEqualTo("0.15");
      assertThat(model.at("/input/usd").textValue()).isEqualTo(plain(inputUsd));
      assertThat(model.at("/output/usd").textValue()).isEqualTo(plain(outputUsd));
      assertThat(model.at("/cached_input/tokens").intValue()).isZero();
      assertThat(model.at("/cache_write/tokens").intValue()).isZero();
      assertThat(model.at("/delivered/usd").textValue()).isEqualTo(plain(inputUsd.add(outputUsd)));
      assertThat(invoice.path("total_usd").textValue()).isEqualTo(plain(inputUsd.add(outputUsd)));
      assertThat(invoice.path("undelivered_usd").textValue()).isEqualTo("0");
    }
  }

  private static String plain(BigDecimal amount) {
    return amount.stripTrailingZeros().toPlainString();
  }

  @Test
  void resetBeginsNewFigures() throws Exception {
    try (SimulatorFixture fixture = SimulatorFixture.start(Map.of())) {
      fixture.postChat(chat(GPT, "Hello"));

      HttpResponse<String> reset =
          fixture.send(fixture.request("/reset").POST(HttpRequest.BodyPublishers.noBody()));

      assertThat(reset.statusCode()).isEqualTo(200);
      assertThat(fixture.stats().path("requests").intValue()).isZero();
      assertThat(fixture.invoice().path("models")).isEmpty();
      assertThat(fixture.invoice().path("total_usd").textValue()).isEqualTo("0");
    }
  }

  @Test
  void hundredsOfRequestsWaitTogetherAndClosingDoesNotWaitForThem() {
    SimulatorFixture fixture = SimulatorFixture.start(Map.of("latency", "fixed:3600s"));
    for (int i = 0; i < 300; i++) {
      fixture.postChatLater(chat(GPT, "Request " + i));
    }
    SimulatorFixture.await(() -> fixture.simulator.stats().inFlight() == 300);

    long start = System.nanoTime();
    fixture.close();

    assertThat(fixture.simulator.stats().peakInFlight()).isEqualTo(300);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
  }

  @Test
  void answerComesAfterItsLatency() throws Exception {
    try (SimulatorFixture fixture = SimulatorFixture.start(Map.of("latency", "fixed:300ms"))) {
      long start = System.nanoTime();
      HttpResponse<String> response = fixture.postChat(chat(GPT, "Hello"));

      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isGreaterThanOrEqualTo(Duration.ofMillis(300));
      assertThat(response.headers().firstValue("openai-processing-ms")).hasValue("300");
    }
  }

  @Test
  void answerForAClientThatHasLeftIsBilledAndUndelivered() throws Exception {
    try (SimulatorFixture fixture = SimulatorFixture.start(Map.of("latency", "fixed:3s"))) {
      Socket socket = fixture.sendAndDoNotRead(chat(GPT, "Hello"));
      SimulatorFixture.await(() -> fixture.simulator.stats().inFlight() == 1);
      socket.close();
      SimulatorFixture.await(() -> fixture.simulator.stats().inFlight() == 0);

      assertThat(fixture.stats().path("ok").intValue()).isZero();
      assertThat(fixture.stats().path("undelivered").intValue()).isEqualTo(1);
      assertThat(fixture.stats().path("spoilt").intValue()).isZero();
      assertThat(fixture.stats().path("failed_requests").intValue()).isZero();
      assertThat(new BigDecimal(fixture.invoice().path("undelivered_usd").textValue()))
          .isPositive();
      assertThat(fixture.invoice().path("delivered_usd").textValue()).isEqualTo("0");
    }
  }

  @Test
  void portInUseIsRefusedByNumber() {
    try (SimulatorFixture fixture = SimulatorFixture.start(Map.of())) {
      int port = fixture.simulator.port();

      assertThatThrownBy(
              () -> Simulator.start(SimulatorOptions.defaults(), SimulatorFixture.PRICES, port))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("The simulator cannot listen on 127.0.0.1:" + port);
    }
  }
}

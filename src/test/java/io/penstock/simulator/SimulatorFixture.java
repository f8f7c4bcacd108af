package io.penstock.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.pricing.ModelPrice;
import io.penstock.pricing.PriceList;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A running simulator with two priced models, and a client of it. */
final class SimulatorFixture implements AutoCloseable {
  static final String GPT = "gpt-4o-mini";
  static final String CLAUDE = "claude-haiku-4-5";
  static final String GEMINI = "gemini-2.5-flash";
  static final BigDecimal GPT_INPUT = new BigDecimal("0.15");
  static final BigDecimal GPT_OUTPUT = new BigDecimal("0.60");
  static final PriceList PRICES =
      new PriceList(
          "test",
          Map.of(
              "openai/" + GPT,
              price(GPT_INPUT, GPT_OUTPUT, 128_000, 16_384),
              "anthropic/" + CLAUDE,
              price(BigDecimal.ONE, BigDecimal.valueOf(5), 200_000, 64_000),
              "google/" + GEMINI,
              price(new BigDecimal("0.30"), new BigDecimal("2.50"), 1_048_576, 65_536)));

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final long POLL_NANOS = 1_000_000;

  final Simulator simulator;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private SimulatorFixture(Map<String, String> options, InstantSource clock) {
    simulator = Simulator.start(SimulatorOptions.parse(options), PRICES, 0, clock);
  }

  static SimulatorFixture start(Map<String, String> options) {
    return new SimulatorFixture(options, InstantSource.system());
  }

  static SimulatorFixture start(Map<String, String> options, FakeClock clock) {
    return new SimulatorFixture(options, clock);
  }

  private static ModelPrice price(BigDecimal input, BigDecimal output, long window, long max) {
    return new ModelPrice(
        new ModelPrice.Rates(input, null, null, null, output), List.of(), window, max);
  }

  /** The body of a chat completion with one user message. */
  static String chat(String model, String prompt, String... furtherFields) {
    return body(model, prompt, String.join("", furtherFields));
  }

  /** The body of an Anthropic message with one user message. */
  static String message(String model, String prompt, String... furtherFields) {
    return body(model, prompt, ",\"max_tokens\":4096" + String.join("", furtherFields));
  }

  private static String body(String model, String prompt, String fields) {
    return "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":%s}]%s}"
        .formatted(model, MAPPER.valueToTree(prompt), fields);
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(simulator.origin() + path));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> postChat(String body) throws Exception {
    return send(chatRequest(body));
  }

  CompletableFuture<HttpResponse<String>> postChatLater(String body) {
    return client.sendAsync(chatRequest(body).build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpRequest.Builder chatRequest(String body) {
    return request("/v1/chat/completions").POST(HttpRequest.BodyPublishers.ofString(body));
  }

  HttpResponse<String> postMessage(String body) throws Exception {
    return send(messageRequest(body).header("anthropic-version", "2023-06-01"));
  }

  HttpRequest.Builder messageRequest(String body) {
    return request("/v1/messages").POST(HttpRequest.BodyPublishers.ofString(body));
  }

  /** The body of a Gemini request with one turn of the user. */
  static String contents(String prompt, String... furtherFields) {
    return "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":%s}]}]%s}"
        .formatted(MAPPER.valueToTree(prompt), String.join("", furtherFields));
  }

  HttpResponse<String> postContents(String body) throws Exception {
    return send(contentsRequest(body));
  }

  HttpRequest.Builder contentsRequest(String body) {
    return request("/v1beta/models/" + GEMINI + ":generateContent")
        .POST(HttpRequest.BodyPublishers.ofString(body));
  }

  HttpResponse<String> postLimits(String json) throws Exception {
    return send(request("/limits").POST(HttpRequest.BodyPublishers.ofString(json)));
  }

  /** Sends a request of the dialect with the header {@code x-simulate}. */
  HttpResponse<String> postAsking(Dialect dialect, String asked, String prompt) throws Exception {
    return send(dialect.request(this, prompt).header("x-simulate", asked));
  }

  HttpResponse<String> post(Dialect dialect, String prompt) throws Exception {
    return send(dialect.request(this, prompt));
  }

  /** A way of asking for a completion. */
  enum Dialect {
    OPENAI {
      @Override
      HttpRequest.Builder request(SimulatorFixture fixture, String prompt) {
        return fixture.chatRequest(chat(GPT, prompt));
      }
    },
    ANTHROPIC {
      @Override
      HttpRequest.Builder request(SimulatorFixture fixture, String prompt) {
        return fixture
            .messageRequest(message(CLAUDE, prompt))
            .header("anthropic-version", "2023-06-01");
      }
    },
    GEMINI {
      @Override
      HttpRequest.Builder request(SimulatorFixture fixture, String prompt) {
        return fixture.contentsRequest(contents(prompt));
      }
    };

    abstract HttpRequest.Builder request(SimulatorFixture fixture, String prompt);
  }

  JsonNode get(String path) throws Exception {
    return json(send(request(path).GET()));
  }

  JsonNode stats() throws Exception {
    return get("/stats");
  }

  JsonNode invoice() throws Exception {
    return get("/invoice");
  }

  static JsonNode json(HttpResponse<String> response) throws IOException {
    return MAPPER.readTree(response.body());
  }

  static String textOf(HttpResponse<String> chatResponse) throws IOException {
    return json(chatResponse).at("/choices/0/message/content").textValue();
  }

  /** Sends a request over a connection of its own and reads nothing. */
  Socket sendAndDoNotRead(String body) throws IOException {
    Socket socket = new Socket("127.0.0.1", simulator.port());
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    String head =
        "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
            .formatted(bytes.length);
    socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().write(bytes);
    return socket;
  }

  /** Waits without bound: the test's own time limit is the bound. */
  static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  @Override
  public void close() {
    simulator.close();
  }
}

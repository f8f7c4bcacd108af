package io.penstock.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A simulator on a fake clock whose batches take 100 seconds, and a client of its Batch APIs. */
final class BatchFixture implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String BOUNDARY = "xxBOUNDARYxx";

  final FakeClock clock = new FakeClock();
  final SimulatorFixture fixture;

  private BatchFixture(Map<String, String> options) {
    fixture = SimulatorFixture.start(options, clock);
  }

  /** With further options, as name, value, name, value. */
  static BatchFixture start(String... options) {
    Map<String, String> all = new TreeMap<>(Map.of("batch-seconds", "100"));
    for (int i = 0; i < options.length; i += 2) {
      all.put(options[i], options[i + 1]);
    }
    return new BatchFixture(all);
  }

  /** Lines {@code r-0} and so on of OpenAI's input. */
  static String lines(int count) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < count; i++) {
      lines.append(line("r-" + i, SimulatorFixture.chat(SimulatorFixture.GPT, "Question " + i)));
    }
    return lines.toString();
  }

  static String line(String customId, String body) {
    return "{\"custom_id\":\"%s\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":%s}\n"
        .formatted(customId, body);
  }

  /** The body of a Message Batch of requests {@code m-0} and so on. */
  static String messages(int count) {
    List<String> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String params = SimulatorFixture.message(SimulatorFixture.CLAUDE, "Question " + i);
      requests.add("{\"custom_id\":\"m-" + i + "\",\"params\":" + params + "}");
    }
    return "{\"requests\":[" + String.join(",", requests) + "]}";
  }

  HttpResponse<String> post(String path, String json) throws Exception {
    return fixture.send(fixture.request(path).POST(BodyPublishers.ofString(json)));
  }

  HttpRequest.Builder uploadRequest(String purpose, String content) {
    String body =
        """
        --%1$s\r
        Content-Disposition: form-data; name="purpose"\r
        \r
        %2$s\r
        --%1$s\r
        Content-Disposition: form-data; name="file"; filename="in.jsonl"\r
        Content-Type: application/octet-stream\r
        \r
        %3$s\r
        --%1$s--\r
        """
            .formatted(BOUNDARY, purpose, content);
    return fixture
        .request("/v1/files")
        .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
        .POST(BodyPublishers.ofString(body));
  }

  /** The id of the file. */
  String upload(String content) throws Exception {
    return json(fixture.send(uploadRequest("batch", content))).path("id").textValue();
  }

  static String createBody(String fileId) {
    return "{\"input_file_id\":\"%s\",\"endpoint\":\"/v1/chat/completions\",\"completion_window\":\"24h\",\"metadata\":{\"job\":\"j-1\"}}"
        .formatted(fileId);
  }

  /** The id of the batch. */
  String create(String lines) throws Exception {
    return json(post("/v1/batches", createBody(upload(lines)))).path("id").textValue();
  }

  /** The id of the batch. */
  String createMessages(String body) throws Exception {
    return json(sendMessages("POST", "", body)).path("id").textValue();
  }

  /** To {@code /v1/messages/batches} and what follows. */
  HttpResponse<String> sendMessages(String method, String path, String body) throws Exception {
    return fixture.send(
        fixture
            .request("/v1/messages/batches" + path)
            .header("anthropic-version", "2023-06-01")
            .method(method, BodyPublishers.ofString(body)));
  }

  JsonNode batch(String id) throws Exception {
    return fixture.get("/v1/batches/" + id);
  }

  JsonNode messageBatch(String id) throws Exception {
    return json(sendMessages("GET", "/" + id, ""));
  }

  void advance(long seconds) {
    clock.advance(Duration.ofSeconds(seconds));
  }

  /** The lines of a batch's output or error file, in its order; none where there is no file. */
  List<JsonNode> results(JsonNode batch, String field) throws Exception {
    String id = batch.path(field).textValue();
    return id == null
        ? List.of()
        : parse(fixture.send(fixture.request("/v1/files/" + id + "/content")));
  }

  List<JsonNode> messageResults(String id) throws Exception {
    return parse(sendMessages("GET", "/" + id + "/results", ""));
  }

  private static List<JsonNode> parse(HttpResponse<String> response) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : response.body().lines().toList()) {
      lines.add(MAPPER.readTree(line));
    }
    return lines;
  }

  static List<String> customIds(List<JsonNode> lines) {
    return lines.stream().map(line -> line.path("custom_id").textValue()).toList();
  }

  static JsonNode json(HttpResponse<String> response) throws IOException {
    return SimulatorFixture.json(response);
  }

  @Override
  public void close() {
    fixture.close();
  }
}

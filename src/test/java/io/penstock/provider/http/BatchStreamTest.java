package io.penstock.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.penstock.domain.ProviderSecrets;
import io.penstock.provider.BatchFile;
import io.penstock.provider.BatchOrder;
import io.penstock.provider.BatchProvider;
import io.penstock.provider.ProviderBatch;
import io.penstock.provider.ProviderBatch.Counts;
import io.penstock.provider.ProviderBatch.State;
import io.penstock.provider.Samples;
import io.penstock.provider.anthropic.AnthropicDialect;
import io.penstock.provider.openai.OpenAiDialect;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Files and results pass through: what is on its way is no more than sockets and buffers hold. */
final class BatchStreamTest {
  private static final int LINES = 100_000;
  private static final String PADDING = "x".repeat(500);

  /** Far more than the buffers of both ends, far less than all lines. */
  private static final long MOST_BYTES = 16L * 1024 * 1024;

  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong received = new AtomicLong();
  private final AtomicLong mostOnTheWay = new AtomicLong();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private BatchProvider batches(String dialect) {
    String baseUrl = "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    return new HttpProviderFactory(List.of(new OpenAiDialect(), new AnthropicDialect()))
        .batches(Samples.model(dialect, baseUrl), ProviderSecrets.NONE)
        .orElseThrow();
  }

  private void onTheWay() {
    mostOnTheWay.accumulateAndGet(sent.get() - received.get(), Math::max);
  }

  @Test
  void resultsAreReadWhileTheyCome() throws Exception {
    server.createContext("/v1/files/out/content", this::writeResults);
    long[] lines = {0};

    batches("openai")
        .results(
            ended(),
            line -> {
              lines[0]++;
              received.addAndGet(result(line.customId()).length);
              onTheWay();
            });

    assertThat(lines[0]).isEqualTo(LINES);
    assertThat(sent.get()).isEqualTo(received.get()).isGreaterThan(3 * MOST_BYTES);
    assertThat(mostOnTheWay.get()).isLessThan(MOST_BYTES);
  }

  private void writeResults(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream out = exchange.getResponseBody()) {
      for (int i = 0; i < LINES; i++) {
        byte[] line = result(String.valueOf(i));
        out.write(line);
        sent.addAndGet(line.length);
      }
    }
  }

  private static byte[] result(String customId) {
    return ("{\"custom_id\":\"%s\",\"response\":{\"status_code\":200,\"body\":{\"choices\":"
            + "[{\"message\":{\"content\":\"%s\"}}],\"usage\":{\"prompt_tokens\":1,"
            + "\"completion_tokens\":1}}}}\n")
        .formatted(customId, PADDING)
        .getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void uploadsAreReadWhileTheyGo() throws Exception {
    server.createContext("/v1/files", exchange -> take(exchange, "{\"id\":\"file-1\"}"));
    Generated file = new Generated();

    assertThat(batches("openai").upload(file)).isEqualTo("file-1");

    assertThat(received.get()).isGreaterThan(file.bytes());
    assertThat(mostOnTheWay.get()).isLessThan(MOST_BYTES);
  }

  @Test
  void linesOfAnOrderAreReadWhileTheyGo() throws Exception {
    server.createContext(
        "/v1/messages/batches", exchange -> take(exchange, "{\"id\":\"msgbatch_1\"}"));
    Generated file = new Generated();

    batches("anthropic").create(new BatchOrder(file, null, Map.of()));

    assertThat(received.get()).isEqualTo(file.bytes() + "{\"requests\":[]}".length());
    assertThat(mostOnTheWay.get()).isLessThan(MOST_BYTES);
  }

  private void take(HttpExchange exchange, String answer) throws IOException {
    byte[] buffer = new byte[64 * 1024];
    InputStream in = exchange.getRequestBody();
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      received.addAndGet(read);
    }
    byte[] body = answer.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private static ProviderBatch ended() {
    return new ProviderBatch(
        "batch_1",
        State.COMPLETED,
        Instant.EPOCH,
        null,
        null,
        new Counts(LINES, LINES, 0),
        Map.of(),
        List.of("/files/out/content"),
        null,
        List.of());
  }

  /** Makes its lines while it is read. */
  private final class Generated implements BatchFile {
    private final byte[] line = ("\"" + PADDING + "\"\n").getBytes(StandardCharsets.UTF_8);

    @Override
    public String name() {
      return "b.jsonl";
    }

    @Override
    public long bytes() {
      return (long) LINES * line.length;
    }

    @Override
    public InputStream open() {
      return new InputStream() {
        private int lines;

        @Override
        public int read() {
          throw new IllegalStateException("read line by line");
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
          if (lines == LINES) {
            return -1;
          }
          lines++;
          System.arraycopy(line, 0, buffer, offset, line.length);
          sent.addAndGet(line.length);
          onTheWay();
          return line.length;
        }
      };
    }
  }
}

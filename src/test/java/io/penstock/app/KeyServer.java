package io.penstock.app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Answers in the OpenAI dialect, to one key at a time; counts what it answers to each. */
final class KeyServer implements AutoCloseable {
  private static final String ANSWER =
      """
      {"id": "c-1", "object": "chat.completion", "model": "gpt-4o-mini",
       "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "yes"}}],
       "usage": {"prompt_tokens": 10, "completion_tokens": 1, "total_tokens": 11}}
      """;
  private static final String REFUSAL =
      "{\"error\": {\"message\": \"Incorrect API key provided: %s\", \"type\": \"invalid_request_error\", \"code\": \"invalid_api_key\"}}";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private int answers;

  /** By key and status: {@code sk-1 200}. */
  private final Map<String, Integer> counts = new TreeMap<>();

  private final Runnable atLimit;
  private final int limit;
  private String accepted;

  /**
   * @param limit of answers, after which the action takes place, once
   */
  KeyServer(String accepted, int limit, Runnable atLimit) throws IOException {
    this.accepted = accepted;
    this.limit = limit;
    this.atLimit = atLimit;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  synchronized void accept(String key) {
    accepted = key;
  }

  String origin() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  synchronized Map<String, Integer> counts() {
    return new TreeMap<>(counts);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      if (exchange.getRequestMethod().equals("HEAD")) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      String key = exchange.getRequestHeaders().getFirst("Authorization").replace("Bearer ", "");
      boolean isAccepted = judge(key);
      int status = isAccepted ? 200 : 401;
      byte[] body = (isAccepted ? ANSWER : REFUSAL.formatted(key)).getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private synchronized boolean judge(String key) {
    boolean isAccepted = key.equals(accepted);
    counts.merge(key + (isAccepted ? " 200" : " 401"), 1, Integer::sum);
    if (isAccepted && ++answers == limit) {
      atLimit.run();
    }
    return isAccepted;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}

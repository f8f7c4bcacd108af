package io.penstock.simulator;

import io.penstock.simulator.ExchangeHandler.Account;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Sends each request to what serves its path: completions of all dialects, models, and the
 * simulator's own figures, which need no key. Thread-safe.
 */
final class RootHandler implements HttpHandler, AutoCloseable {
  /** Of OpenAI and Anthropic, and the stable one of Gemini. */
  private static final String MODELS = "/v1/models";

  /** Azure's addresses of a deployment, which bears its model's name here. */
  private static final Pattern AZURE_CHAT =
      Pattern.compile("/openai/(v1|deployments/[^/]+)/chat/completions");

  private static final int OK = 200;

  private final SimulatorOptions options;
  private final ModelCatalog catalog;
  private final InstantSource clock;
  private final AtomicReference<StatsRecorder> recorder;
  private final WireDialect openAi = new OpenAiWire();
  private final WireDialect anthropic = new AnthropicWire();
  private final WireDialect gemini = new GeminiWire();
  private final AccountGates gates;
  private final PromptCache cache;
  private final LimitsHandler limits;
  private final HttpHandler chatCompletions;
  private final HttpHandler messages;
  private final HttpHandler generateContent;
  private final BatchEndpoints batches;

  /**
   * @param work where batches are worked off
   */
  RootHandler(SimulatorOptions options, ModelCatalog catalog, InstantSource clock, Executor work) {
    this.options = options;
    this.catalog = catalog;
    this.clock = clock;
    recorder = new AtomicReference<>(new StatsRecorder(clock));
    gates = new AccountGates(options.limits(), clock);
    cache = new PromptCache(clock);
    Account account = new Account(options, catalog, gates, cache, recorder::get, clock);
    limits = new LimitsHandler(gates, openAi);
    chatCompletions = new ExchangeHandler(openAi, account);
    messages = new ExchangeHandler(anthropic, account);
    generateContent = new ExchangeHandler(gemini, account);
    batches = new BatchEndpoints(account, work);
  }

  SimulatorStats stats() {
    return recorder.get().stats();
  }

  BatchStats batchStats() throws IOException {
    return batches.settle();
  }

  @Override
  public void close() throws IOException {
    batches.close();
  }

  long inFlight(String model) {
    return gates.gate(model).inFlight();
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    String path = exchange.getRequestPath();
    switch (path) {
      case "/v1/chat/completions" -> post(exchange, openAi, chatCompletions);
      case "/v1/messages" -> post(exchange, anthropic, messages);
      case "/stats" -> figures(exchange, this::statsJson);
      case "/invoice" -> figures(exchange, this::invoice);
      case "/reset" -> post(exchange, openAi, this::reset);
      case "/limits" -> post(exchange, openAi, this::changeLimits);
      default -> handleModels(exchange, path);
    }
  }

  private void handleModels(HttpServerExchange exchange, String path) throws Exception {
    WireDialect dialect = dialect(exchange);
    if (BatchEndpoints.isTheirs(path)) {
      batches.handleRequest(exchange);
    } else if (AZURE_CHAT.matcher(path).matches()) {
      post(exchange, openAi, chatCompletions);
    } else if (GeminiWire.asksToGenerate(path)) {
      post(exchange, gemini, generateContent);
    } else if (modelIn(path, MODELS) != null || modelIn(path, GeminiWire.MODELS) != null) {
      get(exchange, () -> models(exchange));
    } else {
      send(exchange, dialect, dialect.unknownPath(method(exchange), path));
    }
  }

  /** What a path answers. */
  @FunctionalInterface
  private interface Content {
    byte[] json() throws ApiException, IOException;
  }

  /** Off the I/O threads: batches may have to be brought up to the clock first. */
  private void figures(HttpServerExchange exchange, Content content) {
    exchange.dispatch((HttpHandler) worker -> get(worker, content));
  }

  private byte[] statsJson() throws IOException {
    BatchStats batchStats = batches.settle();
    SimulatorStats stats = recorder.get().stats();
    return WireDialect.json(
        json -> {
          stats.write(json);
          batchStats.write(json);
        });
  }

  private byte[] invoice() throws IOException {
    batches.settle();
    return recorder.get().invoice();
  }

  private void post(HttpServerExchange exchange, WireDialect dialect, HttpHandler handler)
      throws Exception {
    if (exchange.getRequestMethod().equals(Methods.POST)) {
      handler.handleRequest(exchange);
    } else {
      send(exchange, dialect, dialect.wrongMethod(method(exchange), exchange.getRequestPath()));
    }
  }

  private void get(HttpServerExchange exchange, Content content) throws IOException {
    WireDialect dialect = dialect(exchange);
    try {
      if (!exchange.getRequestMethod().equals(Methods.GET)) {
        throw dialect.wrongMethod(method(exchange), exchange.getRequestPath());
      }
      send(exchange, OK, content.json());
    } catch (ApiException e) {
      send(exchange, dialect, e);
    }
  }

  private static String method(HttpServerExchange exchange) {
    return exchange.getRequestMethod().toString();
  }

  /** Anthropic's or Gemini's for a request with one of their headers or paths, else OpenAI's. */
  private WireDialect dialect(HttpServerExchange exchange) {
    HeaderMap headers = exchange.getRequestHeaders();
    if (headers.contains(GeminiWire.API_KEY) || GeminiWire.isIts(exchange.getRequestPath())) {
      return gemini;
    }
    return headers.contains(AnthropicWire.VERSION) || headers.contains(AnthropicWire.API_KEY)
        ? anthropic
        : openAi;
  }

  private byte[] models(HttpServerExchange exchange) throws ApiException {
    WireDialect dialect = dialect(exchange);
    ExchangeHandler.authenticate(dialect, options, exchange);
    String path = exchange.getRequestPath();
    String stable = modelIn(path, MODELS);
    String model = stable == null ? modelIn(path, GeminiWire.MODELS) : stable;
    if (model == null || model.isEmpty()) {
      return dialect.models(catalog.names());
    }
    if (!catalog.isPlayed(model)) {
      throw dialect.unknownModel(model);
    }
    return dialect.model(model);
  }

  /** Empty for the list of all models; null for a path of another kind. */
  private static @Nullable String modelIn(String path, String models) {
    if (path.equals(models)) {
      return "";
    }
    return path.startsWith(models + "/") ? path.substring(models.length() + 1) : null;
  }

  /**
   * Begins new figures, with nothing cached and no batches; requests in flight end in the old ones.
   */
  private void reset(HttpServerExchange exchange) throws IOException {
    exchange.dispatch(
        (HttpHandler)
            worker -> {
              batches.reset();
              cache.clear();
              recorder.set(new StatsRecorder(clock));
              send(worker, OK, statsJson());
            });
  }

  private void changeLimits(HttpServerExchange exchange) {
    exchange
        .getRequestReceiver()
        .receiveFullBytes(
            (received, body) -> {
              try {
                send(received, OK, limits.change(body));
              } catch (ApiException e) {
                send(received, openAi, e);
              }
            });
  }

  private void send(HttpServerExchange exchange, WireDialect dialect, ApiException error) {
    String requestId = WireDialect.newId();
    dialect.addHeaders(exchange.getResponseHeaders(), requestId, Duration.ZERO);
    send(exchange, error.status(), dialect.error(error, requestId));
  }

  private static void send(HttpServerExchange exchange, int status, byte[] json) {
    exchange.setStatusCode(status);
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
    exchange.getResponseSender().send(ByteBuffer.wrap(json));
  }
}

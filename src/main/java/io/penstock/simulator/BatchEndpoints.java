package io.penstock.simulator;

import io.penstock.simulator.ExchangeHandler.Account;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.SameThreadExecutor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;

/**
 * Serves the Batch APIs of OpenAI, also by Azure's addresses, and of Anthropic. Thread-safe. Bodies
 * are read and written by threads of its own, one for each call that is being served; a call whose
 * answer is delayed holds none.
 */
final class BatchEndpoints implements HttpHandler, AutoCloseable {
  /** More than any call allows; each looks after the size of its own body. */
  static final long MAX_BODY_BYTES = 1L << 30;

  private static final Pattern OPENAI = Pattern.compile("/v1(/(files|batches)(/.*)?)");
  private static final Pattern AZURE = Pattern.compile("/openai(?:/v1)?(/(files|batches)(/.*)?)");
  private static final Pattern ANTHROPIC = Pattern.compile("/v1/messages(/batches(/.*)?)");
  private static final String BATCHES = "/batches";

  private final SimulatorOptions options;
  private final WireDialect openAi = new OpenAiWire();
  private final WireDialect anthropic = new AnthropicWire();
  private final BatchAccount account;
  private final OpenAiFileApi openAiFiles;
  private final OpenAiBatchApi openAiBatches;
  private final AnthropicBatchApi anthropicBatches;
  private final ExecutorService callers =
      Executors.newCachedThreadPool(task -> daemon(task, "penstock-simulator-batch-call"));

  /**
   * @param work where batches are worked off
   */
  BatchEndpoints(Account account, Executor work) {
    options = account.options();
    this.account = new BatchAccount(account, work);
    openAiFiles = new OpenAiFileApi(this.account, openAi);
    openAiBatches = new OpenAiBatchApi(this.account, openAiFiles, openAi);
    anthropicBatches = new AnthropicBatchApi(this.account);
  }

  static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** Whether a path is of the Batch APIs. */
  static boolean isTheirs(String path) {
    return OPENAI.matcher(path).matches()
        || AZURE.matcher(path).matches()
        || ANTHROPIC.matcher(path).matches();
  }

  /** Bills what is done by now. */
  BatchStats settle() throws IOException {
    return account.settle();
  }

  void reset() throws IOException {
    account.reset();
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) {
    exchange.dispatch(callers, (HttpHandler) this::serve);
  }

  private void serve(HttpServerExchange exchange) {
    exchange.startBlocking();
    String path = exchange.getRequestPath();
    String anthropicPath = match(ANTHROPIC, path);
    WireDialect dialect = anthropicPath == null ? openAi : anthropic;
    String requestId = WireDialect.newId();
    dialect.addHeaders(exchange.getResponseHeaders(), requestId, Duration.ZERO);
    BatchReply reply;
    try {
      ExchangeHandler.authenticate(dialect, options, exchange);
      reply =
          anthropicPath == null
              ? answerAsOpenAi(exchange, path)
              : anthropicBatches.answer(new BatchCall(exchange, anthropicPath, false));
    } catch (ApiException e) {
      reply = BatchReply.json(e.status(), dialect.error(e, requestId));
    } catch (IOException e) {
      // the caller has left, or the disk is full
      ApiException failed = dialect.refusal(Fault.INTERNAL_ERROR);
      exchange.setPersistent(false);
      reply = BatchReply.json(failed.status(), dialect.error(failed, requestId));
    }
    deliver(exchange, reply);
  }

  private BatchReply answerAsOpenAi(HttpServerExchange exchange, String path)
      throws ApiException, IOException {
    String azurePath = match(AZURE, path);
    String openAiPath = azurePath == null ? match(OPENAI, path) : azurePath;
    BatchCall call = new BatchCall(exchange, String.valueOf(openAiPath), azurePath != null);
    return call.path().startsWith(BATCHES) ? openAiBatches.answer(call) : openAiFiles.answer(call);
  }

  private static @Nullable String match(Pattern pattern, String path) {
    Matcher matcher = pattern.matcher(path);
    return matcher.matches() ? matcher.group(1) : null;
  }

  private void deliver(HttpServerExchange exchange, BatchReply reply) {
    if (reply.delay().isZero()) {
      send(exchange, reply);
      return;
    }
    long nanos = reply.delay().toNanos();
    // the dispatched task runs when this handler has returned, and leaves the exchange open
    exchange.dispatch(
        SameThreadExecutor.INSTANCE,
        () ->
            exchange
                .getIoThread()
                .executeAfter(
                    () -> exchange.dispatch(callers, (HttpHandler) late -> send(late, reply)),
                    nanos,
                    TimeUnit.NANOSECONDS));
  }

  private static void send(HttpServerExchange exchange, BatchReply reply) {
    if (reply.lost()) {
      IoUtils.safeClose(exchange.getConnection());
      return;
    }
    try {
      write(exchange, reply);
      exchange.endExchange();
    } catch (IOException e) {
      // the caller has left
      IoUtils.safeClose(exchange.getConnection());
    }
  }

  private static void write(HttpServerExchange exchange, BatchReply reply) throws IOException {
    exchange.setStatusCode(reply.status());
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, reply.contentType());
    Path file = reply.file();
    exchange.setResponseContentLength(file == null ? reply.json().length : Files.size(file));
    OutputStream out = exchange.getOutputStream();
    if (file == null) {
      out.write(reply.json());
    } else {
      Files.copy(file, out);
    }
    out.close();
  }

  @Override
  public void close() throws IOException {
    callers.shutdownNow();
    account.close();
  }
}

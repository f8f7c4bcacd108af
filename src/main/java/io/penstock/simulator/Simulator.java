package io.penstock.simulator;

import io.penstock.pricing.PriceList;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.handlers.HttpContinueReadHandler;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import org.xnio.Options;

/**
 * A server on the loopback interface that speaks OpenAI's, Anthropic's and Gemini's wire formats
 * and bills what it answers.
 *
 * <p>{@code POST /v1/chat/completions}, {@code POST /v1/messages} and {@code POST
 * /v1beta/models/MODEL:generateContent} answer as {@link AnswerFunction} says; input tokens are
 * those of the contents plus 3 for each message plus 3, by {@code o200k_base}. {@code GET /stats}
 * and {@code GET /invoice} tell what was served and billed, {@code POST /reset} begins both anew,
 * and {@code POST /limits} changes the limits.
 *
 * <p>Thread-safe. Its threads are daemons: a program that is to go on serving has to wait by
 * itself.
 */
public final class Simulator implements AutoCloseable {
  private static final String LOOPBACK = "127.0.0.1";
  private static final int IO_THREADS = 2;
  private static final int WORKER_THREADS = 2;

  /** Connections that may wait to be accepted: jobs open hundreds at once. */
  private static final int BACKLOG = 4_096;

  /** A pooled connection that the server closes can take a client's next request down with it. */
  private static final int KEEP_IDLE_CONNECTIONS = -1;

  private final Undertow server;
  private final RootHandler handler;

  private Simulator(Undertow server, RootHandler handler) {
    this.server = server;
    this.handler = handler;
  }

  /**
   * Starts serving.
   *
   * @param prices the models played besides those named {@code sim-...}
   * @param port 0 for any free port
   * @throws IllegalStateException where the port cannot be had
   */
  public static Simulator start(SimulatorOptions options, PriceList prices, int port) {
    return start(options, prices, port, InstantSource.system());
  }

  /**
   * @param clock of the limits and figures; latencies pass in real time
   */
  static Simulator start(
      SimulatorOptions options, PriceList prices, int port, InstantSource clock) {
    ModelCatalog catalog = new ModelCatalog(prices, options.accuracy().keySet());
    RootHandler handler = new RootHandler(options, catalog, clock);
    Undertow server =
        Undertow.builder()
            .addHttpListener(port, LOOPBACK)
            .setIoThreads(IO_THREADS)
            .setWorkerThreads(WORKER_THREADS)
            .setWorkerOption(Options.THREAD_DAEMON, true)
            .setSocketOption(Options.BACKLOG, BACKLOG)
            .setServerOption(UndertowOptions.MAX_ENTITY_SIZE, (long) ExchangeHandler.MAX_BODY_BYTES)
            .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, KEEP_IDLE_CONNECTIONS)
            .setHandler(new HttpContinueReadHandler(handler))
            .build();
    try {
      server.start();
    } catch (RuntimeException e) {
      server.stop();
      throw new IllegalStateException(
          "The simulator cannot listen on " + LOOPBACK + ":" + port + ": " + e.getMessage(), e);
    }
    return new Simulator(server, handler);
  }

  /** The port it listens on, also where 0 was asked for. */
  public int port() {
    return ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
  }

  /** {@code http://127.0.0.1:PORT}, without a path. */
  public String origin() {
    return "http://" + LOOPBACK + ":" + port();
  }

  /** The figures of {@code GET /stats}. */
  public SimulatorStats stats() {
    return handler.stats();
  }

  /** Requests to a model that hold a place now. */
  long inFlight(String model) {
    return handler.inFlight(model);
  }

  /** Stops at once; requests in flight get no answer. */
  @Override
  public void close() {
    server.stop();
  }
}

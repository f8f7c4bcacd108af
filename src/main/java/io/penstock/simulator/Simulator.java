package io.penstock.simulator;

import io.penstock.pricing.PriceList;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.handlers.HttpContinueReadHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
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
 * <p>{@code /v1/files}, {@code /v1/batches} and {@code /v1/messages/batches} are OpenAI's and
 * Anthropic's Batch APIs: the same answers, at batch prices, when the clock has come to them.
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

  /** Until the thread that works batches off ends. */
  private static final int IDLE_SECONDS = 10;

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
    Executor work =
        new ThreadPoolExecutor(
            0,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> BatchEndpoints.daemon(task, "penstock-simulator-batch-work"));
    return start(options, prices, port, InstantSource.system(), work);
  }

  /** With batches worked off when they are made, so that only the clock decides what is done. */
  static Simulator start(
      SimulatorOptions options, PriceList prices, int port, InstantSource clock) {
    return start(options, prices, port, clock, Runnable::run);
  }

  /**
   * @param clock of the limits, figures and batches; latencies pass in real time
   * @param work where batches are worked off
   */
  private static Simulator start(
      SimulatorOptions options, PriceList prices, int port, InstantSource clock, Executor work) {
    ModelCatalog catalog = new ModelCatalog(prices, options.accuracy().keySet());
    RootHandler handler = new RootHandler(options, catalog, clock, work);
    Undertow server =
        Undertow.builder()
            .addHttpListener(port, LOOPBACK)
            .setIoThreads(IO_THREADS)
            .setWorkerThreads(WORKER_THREADS)
            .setWorkerOption(Options.THREAD_DAEMON, true)
            .setSocketOption(Options.BACKLOG, BACKLOG)
            .setServerOption(UndertowOptions.MAX_ENTITY_SIZE, BatchEndpoints.MAX_BODY_BYTES)
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

  /** What {@code GET /stats} tells of batches; bills what is done by now. */
  public BatchStats batchStats() {
    try {
      return handler.batchStats();
    } catch (IOException e) {
      throw new UncheckedIOException("The simulator's batches cannot be read", e);
    }
  }

  /** Requests to a model that hold a place now. */
  long inFlight(String model) {
    return handler.inFlight(model);
  }

  /** Stops at once; requests in flight get no answer. Files and batches are deleted. */
  @Override
  public void close() {
    server.stop();
    try {
      handler.close();
    } catch (IOException e) {
      throw new UncheckedIOException("The simulator's batches cannot be deleted", e);
    }
  }
}

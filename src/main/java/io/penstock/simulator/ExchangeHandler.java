package io.penstock.simulator;

import io.penstock.simulator.AnswerDelivery.Reply;
import io.penstock.simulator.Invoice.Charge;
import io.penstock.simulator.ModelGate.Admission;
import io.penstock.simulator.ModelGate.Decision;
import io.penstock.simulator.ModelGate.Standing;
import io.penstock.simulator.PlayedModels.Played;
import io.penstock.simulator.StatsRecorder.Attempt;
import io.penstock.simulator.StatsRecorder.Entry;
import io.undertow.io.Receiver;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.RequestTooBigException;
import io.undertow.util.Headers;
import io.undertow.util.SameThreadExecutor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves completions in one dialect: reads the request, answers it at once in memory, and hands the
 * answer over when its latency has passed. Waiting requests hold no thread; only long bodies are
 * worked on outside the I/O threads, so that they do not hold up others.
 */
final class ExchangeHandler implements HttpHandler {
  static final int MAX_BODY_BYTES = 64 * 1024 * 1024;
  private static final int LONG_BODY_BYTES = 64 * 1024;
  private static final int OK = 200;

  private final WireDialect dialect;
  private final SimulatorOptions options;
  private final ModelCatalog catalog;
  private final AccountGates gates;
  private final Supplier<StatsRecorder> recorder;
  private final InstantSource clock;
  private final Generation generation;
  private final PlayedModels models;
  private final FaultChoice faults;

  ExchangeHandler(WireDialect dialect, Account account) {
    this.dialect = dialect;
    this.options = account.options();
    this.catalog = account.catalog();
    this.gates = account.gates();
    this.recorder = account.recorder();
    this.clock = account.clock();
    this.generation = new Generation(options, catalog);
    this.models = new PlayedModels(catalog, generation, account.cache(), clock);
    this.faults = new FaultChoice(dialect, options, gates);
  }

  /** What the dialects share: the simulator has one account. */
  record Account(
      SimulatorOptions options,
      ModelCatalog catalog,
      AccountGates gates,
      PromptCache cache,
      Supplier<StatsRecorder> recorder,
      InstantSource clock) {}

  /** A response and how long the caller waits for it. */
  private record Prepared(Reply reply, Duration latency) {}

  @Override
  public void handleRequest(HttpServerExchange exchange) {
    exchange.getRequestReceiver().setMaxBufferSize(MAX_BODY_BYTES);
    Entry entry = recorder.get().arrived();
    exchange.addExchangeCompleteListener(
        (completed, next) -> {
          entry.abandoned();
          next.proceed();
        });
    exchange
        .getRequestReceiver()
        .receiveFullBytes(
            (received, body) -> work(received, entry, body),
            (failed, cause) -> unreadable(failed, entry, cause));
  }

  private void unreadable(HttpServerExchange exchange, Entry entry, IOException cause) {
    if (cause instanceof RequestTooBigException
        || cause instanceof Receiver.RequestToLargeException) {
      String requestId = WireDialect.newId();
      Reply reply = error(dialect.bodyTooLarge(), requestId);
      // what is left of the body is not worth reading
      exchange.setPersistent(false);
      deliver(exchange, entry, new Prepared(reply, Duration.ZERO), requestId);
    } else {
      entry.abandoned();
      exchange.endExchange();
    }
  }

  private void work(HttpServerExchange exchange, Entry entry, byte[] body) {
    if (body.length > LONG_BODY_BYTES && exchange.isInIoThread()) {
      exchange.dispatch(
          exchange.getConnection().getWorker(),
          (HttpHandler) worker -> answer(worker, entry, body));
    } else {
      answer(exchange, entry, body);
    }
  }

  private void answer(HttpServerExchange exchange, Entry entry, byte[] body) {
    String requestId = WireDialect.newId();
    deliver(exchange, entry, prepare(exchange, entry, body, requestId), requestId);
  }

  private Prepared prepare(
      HttpServerExchange exchange, Entry entry, byte[] body, String requestId) {
    try {
      authenticate(dialect, options, exchange);
      SimulatedRequest request =
          dialect.read(exchange.getRequestHeaders(), exchange.getRequestPath(), body);
      long inputTokens = catalog.check(request, dialect);
      String asked = faults.asked(exchange.getRequestHeaders());
      Attempt attempt = entry.accepted(request.identity());
      Fault fault = faults.choose(asked, entry, attempt);
      if (fault != null && fault.isImmediate()) {
        throw immediate(exchange, entry, request, fault);
      }
      Admission admission = admit(exchange, entry, request, inputTokens);
      if (fault != null && fault.failsRequest()) {
        entry.failed(request.identity());
      }
      Reply reply =
          fault != null && fault.isRefusal()
              ? error(dialect.refusal(fault), requestId)
              : answer(request, inputTokens, fault);
      if (reply.charge() != null) {
        admission.uses(reply.charge().tokens());
      }
      return new Prepared(reply, drawLatency(request, attempt));
    } catch (ApiException e) {
      return new Prepared(error(e, requestId), Duration.ZERO);
    }
  }

  /** A refusal that takes nothing from any limit. */
  private ApiException immediate(
      HttpServerExchange exchange, Entry entry, SimulatedRequest request, Fault fault) {
    ModelGate gate = gates.gate(request.model());
    entry.failed(request.identity());
    entry.turnedAway();
    addStanding(exchange, gate.standing());
    return fault == Fault.RATE_LIMITED
        ? worded(exchange, request, gate.pretendedRefusal())
        : dialect.refusal(fault);
  }

  private Admission admit(
      HttpServerExchange exchange, Entry entry, SimulatedRequest request, long inputTokens)
      throws ApiException {
    ModelGate gate = gates.gate(request.model());
    Decision decision = gate.admit(() -> inputTokens + mostOutputTokens(request));
    if (decision instanceof Refusal refusal) {
      entry.turnedAway(refusal.reason());
      addStanding(exchange, gate.standing());
      throw worded(exchange, request, refusal);
    }
    Admission admission = (Admission) decision;
    entry.admitted(admission::release);
    addStanding(exchange, admission.standing());
    return admission;
  }

  private ApiException worded(
      HttpServerExchange exchange, SimulatedRequest request, Refusal refusal) {
    if (!refusal.retryAfter().isZero()) {
      dialect.addRetryAfter(exchange.getResponseHeaders(), refusal.retryAfter());
    }
    return dialect.refusal(request.model(), refusal);
  }

  private void addStanding(HttpServerExchange exchange, Standing standing) {
    if (!standing.isUnlimited()) {
      dialect.addStanding(exchange.getResponseHeaders(), standing, clock.instant());
    }
  }

  /** The request's own limit; without one, the length of its answer. */
  private long mostOutputTokens(SimulatedRequest request) {
    return request.maxOutputTokens() == Long.MAX_VALUE
        ? generation.of(request).outputTokens()
        : Math.min(request.maxOutputTokens(), SimulatorLimits.MOST);
  }

  /** Refuses a missing or wrong key where the options ask for one. */
  static void authenticate(
      WireDialect dialect, SimulatorOptions options, HttpServerExchange exchange)
      throws ApiException {
    String wanted = options.apiKey();
    if (wanted == null) {
      return;
    }
    String key = dialect.key(exchange.getRequestHeaders());
    if (key == null) {
      throw dialect.missingKey();
    }
    if (!MessageDigest.isEqual(
        key.getBytes(StandardCharsets.UTF_8), wanted.getBytes(StandardCharsets.UTF_8))) {
      throw dialect.wrongKey();
    }
  }

  private Duration drawLatency(SimulatedRequest request, Attempt attempt) {
    return options.latency().draw(request.identity().random(options.seed(), attempt.number()));
  }

  private Reply answer(SimulatedRequest request, long inputTokens, @Nullable Fault fault) {
    Played played = models.answer(request, inputTokens, dialect);
    Charge charge = new Charge(request.model(), catalog.price(request.model()), played.usage());
    return new Reply(OK, played.body(), charge, fault);
  }

  private Reply error(ApiException error, String requestId) {
    return new Reply(error.status(), dialect.error(error, requestId), null, null);
  }

  private void deliver(
      HttpServerExchange exchange, Entry entry, Prepared prepared, String requestId) {
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
    dialect.addHeaders(exchange.getResponseHeaders(), requestId, prepared.latency());
    AnswerDelivery delivery = new AnswerDelivery(exchange, entry, prepared.reply());
    long nanos = prepared.latency().toNanos();
    // the dispatched task runs when this handler has returned, and leaves the exchange open
    exchange.dispatch(
        SameThreadExecutor.INSTANCE,
        () -> {
          if (nanos > 0) {
            exchange.getIoThread().executeAfter(delivery::start, nanos, TimeUnit.NANOSECONDS);
          } else if (exchange.isInIoThread()) {
            delivery.start();
          } else {
            exchange.getIoThread().execute(delivery::start);
          }
        });
  }
}

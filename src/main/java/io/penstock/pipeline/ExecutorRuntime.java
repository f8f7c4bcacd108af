package io.penstock.pipeline;

import io.penstock.cluster.AccountStop;
import io.penstock.cluster.Counts;
import io.penstock.cluster.ExecutorAgent;
import io.penstock.cluster.ExecutorLink;
import io.penstock.cluster.Participant;
import io.penstock.cluster.UndrivenExecutor;
import io.penstock.domain.FailureKind;
import io.penstock.domain.Fingerprint;
import io.penstock.domain.InferenceOutcome;
import io.penstock.domain.InferenceRequest;
import io.penstock.inference.StopSignal;
import io.penstock.limit.AccountReport;
import io.penstock.limit.Allowance;
import io.penstock.limit.Governor;
import io.penstock.limit.Limiter;
import io.penstock.limit.Limiter.Permit;
import io.penstock.limit.PurseAllowance;
import io.penstock.limit.PurseReport;
import io.penstock.store.Journal;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.spark.SparkEnv;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the tasks of one executor JVM share during a run: client, limiters, journal, and what is in
 * flight. Thread-safe.
 *
 * <p>An answer belongs to the runtime, not to the task that asked: it is stored even when the task
 * is gone by then.
 */
final class ExecutorRuntime implements Participant {
  private static final Logger LOG = LoggerFactory.getLogger(ExecutorRuntime.class);

  /** How long calls under way are awaited once the execution was told to end. */
  static final Duration DRAIN = Duration.ofSeconds(10);

  /** Before Spark's own hooks, which take the executor away from under the calls. */
  private static final int BEFORE_SPARK = 100;

  private static @Nullable ExecutorRuntime current;

  /** Without the plugin a runtime ends with a wave of tasks; the next wave must know why. */
  private static @Nullable Stopped stopped;

  private record Stopped(String missesPath, StopSignal.Cause cause) {}

  private final RuntimeSettings settings;
  private final ExecutorLink link;
  private final RunClock clock = new RunClock();
  private final StopSignal stop = new StopSignal();
  private final RunCounters counters;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Journal journal;
  private final Map<String, Limiter> limiters;
  private final @Nullable ExecutorBudget budget;
  private final Map<String, ModelLane> lanes = new HashMap<>();
  private final ConcurrentHashMap<Fingerprint, CompletableFuture<InferenceOutcome>> inFlight =
      new ConcurrentHashMap<>();
  private final Runnable shutdown = this::shutDown;
  private int tasks;
  private volatile boolean shuttingDown;
  private volatile long toldToStopNanos;

  private ExecutorRuntime(RuntimeSettings settings, ExecutorLink link) {
    this.settings = settings;
    this.link = link;
    this.counters = new RunCounters(link.meter());
    RuntimeSettings.RunPlace place = settings.place();
    journal =
        new Journal(
            place.storePath(),
            place.runId(),
            link.executorId(),
            new Journal.Durability(place.sync(), settings.mostInFlight()),
            place.hadoop().value());
    limiters =
        settings.accounts().stream()
            .map(limits -> new Limiter(limits.account(), clock, link::hurry))
            .collect(Collectors.toUnmodifiableMap(Limiter::account, limiter -> limiter));
    stop.listen(() -> limiters.values().forEach(Limiter::open));
    RunBudget ofRun = settings.budget();
    budget = ofRun == null ? null : new ExecutorBudget(ofRun, clock, stop, link::hurry);
    LaneWiring wiring =
        new LaneWiring(
            settings,
            journal,
            new LaneWiring.Control(clock, stop, counters),
            link,
            limiters,
            budget);
    settings.models().forEach(model -> lanes.put(model.settings().name(), wiring.lane(model)));
    if (settings.window().warmUp()) {
      warmUp();
    }
  }

  private void warmUp() {
    settings
        .servers()
        .forEach(
            model ->
                settings
                    .providers()
                    .warmUp(model, link.secrets(model.endpoint().name()).secrets()));
  }

  /**
   * The runtime of the run; made at its first task in this JVM.
   *
   * @throws InvalidInputException when it has to read the keys by itself and one is not there
   */
  static synchronized ExecutorRuntime get(RuntimeSettings settings) {
    String runId = settings.place().runId();
    if (current == null || current.closed.get() || !current.runId().equals(runId)) {
      if (current != null) {
        current.close();
      }
      ExecutorLink link = link(settings);
      ExecutorRuntime runtime = new ExecutorRuntime(settings, link);
      if (stopped != null && stopped.missesPath().equals(settings.place().missesPath())) {
        runtime.stop.stop(stopped.cause());
      }
      current = runtime;
      link.attach(runtime);
      drainAtShutdown(runtime);
    }
    current.tasks++;
    return current;
  }

  private static ExecutorLink link(RuntimeSettings settings) {
    RuntimeSettings.Undriven undriven = settings.undriven();
    if (undriven == null) {
      return ExecutorAgent.current();
    }
    Configuration hadoop = settings.place().hadoop().value();
    undriven.secrets().forEach(places -> places.read(() -> hadoop)); // before anything is opened
    Governor governor =
        new Governor(
            settings.accounts().stream()
                .map(limits -> limits.dividedBy(undriven.executors()))
                .toList(),
            System::nanoTime,
            InstantSource.system());
    String executorId = SparkEnv.get().executorId();
    LimitWatch limits = LimitWatch.ofOne(governor, executorId, settings.place());
    return new UndrivenExecutor(
        executorId, governor, provider -> undriven.read(provider, hadoop), limits::close);
  }

  /** Of a session without the plugin, where no driver says when the run is over. */
  static void taskEnded(ExecutorRuntime runtime) {
    synchronized (ExecutorRuntime.class) {
      boolean last = --runtime.tasks == 0;
      if (!last || !(runtime.link instanceof UndrivenExecutor)) {
        return;
      }
      current = current == runtime ? null : current; // who begins now makes one of his own
      runtime
          .stop
          .cause()
          .filter(cause -> cause.kind().stopsRun())
          .ifPresent(cause -> stopped = new Stopped(runtime.settings.place().missesPath(), cause));
    }
    runtime.close();
    ((UndrivenExecutor) runtime.link).detach();
  }

  private static void drainAtShutdown(ExecutorRuntime runtime) {
    if (!ShutdownHookManager.get().isShutdownInProgress()) {
      ShutdownHookManager.get().addShutdownHook(runtime.shutdown, BEFORE_SPARK);
    }
  }

  private void shutDown() {
    shuttingDown = true;
    stop("the executor is being shut down");
    close();
  }

  /**
   * Does not return when this JVM is going down: a task that ended now would be taken for done, one
   * that failed would be tried again right here.
   */
  void awaitExitIfShuttingDown() throws InterruptedException {
    if (shuttingDown) {
      new CountDownLatch(1).await();
    }
  }

  @Override
  public String runId() {
    return settings.place().runId();
  }

  @Override
  public Counts counts() {
    return counters.counts(limiters.values().stream().mapToInt(Limiter::inFlight).sum());
  }

  @Override
  public List<AccountReport> reports() {
    return limiters.values().stream().map(Limiter::report).toList();
  }

  @Override
  public void allow(List<Allowance> allowances, long validUntilNanos) {
    allowances.forEach(
        allowance -> limiters.get(allowance.account()).allow(allowance, validUntilNanos));
  }

  @Override
  public Optional<PurseReport> purse() {
    return Optional.ofNullable(budget).map(part -> part.purse().report());
  }

  @Override
  public void allow(PurseAllowance allowance) {
    if (budget != null) {
      budget.allow(allowance, lanes.values());
    }
  }

  @Override
  public Optional<AccountStop> accountStop() {
    return stop.cause()
        .filter(cause -> cause.kind().stopsRun())
        .map(cause -> new AccountStop(cause.kind(), cause.message()));
  }

  /** No further call starts, those under way are given {@link #DRAIN} by {@link #close}. */
  @Override
  public void stop(String reason) {
    toldToStopNanos = System.nanoTime();
    stop.stop(new StopSignal.Cause(FailureKind.NOT_ATTEMPTED, reason));
  }

  /** Awaits the calls under way, which are paid, and closes journal and connections. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    boolean settled = awaitAnswers(drain());
    if (!ShutdownHookManager.get().isShutdownInProgress()) {
      ShutdownHookManager.get().removeShutdownHook(shutdown);
    }
    clock.close();
    settings.providers().close();
    try {
      if (settled) {
        journal.close();
      } else {
        journal.abandon();
      }
    } catch (IOException e) {
      LOG.error("The journal could not be closed", e);
    }
  }

  private Duration drain() {
    if (toldToStopNanos == 0) {
      return settings.longestCall();
    }
    Duration left = DRAIN.minusNanos(System.nanoTime() - toldToStopNanos);
    return left.isNegative() ? Duration.ZERO : left;
  }

  private boolean awaitAnswers(Duration limit) {
    stop.stop(new StopSignal.Cause(FailureKind.NOT_ATTEMPTED, "the run ended"));
    try {
      CompletableFuture.allOf(inFlight.values().toArray(CompletableFuture[]::new))
          .get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("Not all answers under way could be kept: {}", e.getClass().getSimpleName());
    }
    return false;
  }

  /** See {@link ExecutorLink#awaitQuiet}. */
  void awaitQuiet() throws InterruptedException {
    link.awaitQuiet(runId());
  }

  ModelLane lane(String modelName) {
    return lanes.get(modelName);
  }

  Journal journal() {
    return journal;
  }

  StopSignal stop() {
    return stop;
  }

  @Nullable ExecutorBudget budget() {
    return budget;
  }

  RunCounters counters() {
    return counters;
  }

  /** Sum over accounts of the most calls that were under way at once. */
  int peakInFlight() {
    return limiters.values().stream().mapToInt(Limiter::peakInFlight).sum();
  }

  /**
   * What is under way now; a later attempt of a task takes these before it reads what the journal
   * has.
   */
  Map<Fingerprint, CompletableFuture<InferenceOutcome>> inFlight() {
    return Map.copyOf(inFlight);
  }

  /**
   * Calls once the intent is flushed. Completes once the outcome is stored; exceptionally only when
   * something could not be.
   */
  CompletableFuture<InferenceOutcome> callAfter(
      CompletableFuture<Void> intent, int shard, InferenceRequest request, Permit permit) {
    if (intent.isDone() && !intent.isCompletedExceptionally()) {
      return call(shard, request, permit);
    }
    journal.hurry();
    return intent
        .whenComplete((flushed, error) -> closeAfter(error, permit))
        .thenComposeAsync(flushed -> call(shard, request, permit), clock);
  }

  private static void closeAfter(@Nullable Throwable error, Permit permit) {
    if (error != null) {
      permit.close();
    }
  }

  /** Calls, or joins the call of the same request that is under way. */
  private CompletableFuture<InferenceOutcome> call(
      int shard, InferenceRequest request, Permit permit) {
    CompletableFuture<InferenceOutcome> stored = new CompletableFuture<>();
    CompletableFuture<InferenceOutcome> sooner =
        inFlight.putIfAbsent(request.fingerprint(), stored);
    if (sooner != null) {
      permit.close();
      return joined(request, sooner);
    }
    counters.started();
    ModelLane lane = lanes.get(request.modelName());
    lane.call(request, permit, clock)
        .thenCompose(outcome -> lane.recorder().record(shard, request, outcome))
        .whenComplete((outcome, error) -> finish(request, stored, outcome, error));
    return stored;
  }

  /** The intent of the request that joins is settled by nothing else. */
  CompletableFuture<InferenceOutcome> joined(
      InferenceRequest request, CompletableFuture<InferenceOutcome> sooner) {
    return sooner.whenComplete((outcome, error) -> journal.settle(request.fingerprint()));
  }

  private void finish(
      InferenceRequest request,
      CompletableFuture<InferenceOutcome> stored,
      InferenceOutcome outcome,
      Throwable error) {
    if (error == null) {
      try {
        counters.ended(outcome, lanes.get(request.modelName()).pricing());
      } finally {
        stored.complete(outcome);
      }
    } else {
      stop.stop(
          new StopSignal.Cause(FailureKind.NOT_ATTEMPTED, StoreFailedException.describe(error)));
      stored.completeExceptionally(error);
    }
    inFlight.remove(request.fingerprint());
  }
}

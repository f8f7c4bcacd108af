package io.penstock.pipeline;

import io.penstock.domain.FailureKind;
import io.penstock.domain.Fingerprint;
import io.penstock.domain.InferenceOutcome;
import io.penstock.domain.InferenceRequest;
import io.penstock.inference.ModelCaller;
import io.penstock.inference.RetryPolicy;
import io.penstock.inference.StopSignal;
import io.penstock.limit.Limiter;
import io.penstock.limit.Limiter.Permit;
import io.penstock.pipeline.RuntimeSettings.Model;
import io.penstock.provider.ModelProvider;
import io.penstock.store.Journal;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
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
final class ExecutorRuntime {
  private static final Logger LOG = LoggerFactory.getLogger(ExecutorRuntime.class);

  private static @Nullable ExecutorRuntime current;

  private final RuntimeSettings settings;
  private final RunClock clock = new RunClock();
  private final StopSignal stop = new StopSignal();
  private final RunCounters counters = new RunCounters();
  private final Journal journal;
  private final Map<String, ModelLane> lanes = new HashMap<>();
  private final ConcurrentHashMap<Fingerprint, CompletableFuture<InferenceOutcome>> inFlight =
      new ConcurrentHashMap<>();

  /** One model's way out. */
  private record ModelLane(Limiter limiter, ModelCaller caller, OutcomeRecorder recorder) {}

  private ExecutorRuntime(RuntimeSettings settings) {
    this.settings = settings;
    RuntimeSettings.RunPlace place = settings.place();
    journal =
        new Journal(
            place.storePath(), place.runId(), SparkEnv.get().executorId(), place.hadoop().value());
    settings.models().forEach(model -> lanes.put(model.settings().name(), lane(model)));
  }

  /** The runtime of the run; made at its first task in this JVM. */
  static synchronized ExecutorRuntime get(RuntimeSettings settings) throws IOException {
    if (current == null || !current.settings.place().runId().equals(settings.place().runId())) {
      closeCurrent();
      current = new ExecutorRuntime(settings);
    }
    return current;
  }

  /** The counters of the run in this JVM, if one is under way. */
  static synchronized Optional<RunCounters> currentCounters() {
    return Optional.ofNullable(current).map(runtime -> runtime.counters);
  }

  /** Closes the journal's segment and the connections; does nothing where there is no runtime. */
  static synchronized void closeCurrent() throws IOException {
    ExecutorRuntime closing = current;
    current = null;
    if (closing != null) {
      closing.awaitAnswers();
      closing.clock.close();
      closing.settings.providers().close();
      closing.journal.close();
    }
  }

  /** After a failed action calls may be under way; they are paid, so their answers are kept. */
  private void awaitAnswers() {
    stop.stop(new StopSignal.Cause(FailureKind.NOT_ATTEMPTED, "the run ended"));
    long longestSeconds =
        settings.models().stream()
            .mapToLong(model -> model.settings().endpoint().requestTimeout().toSeconds())
            .max()
            .orElse(0);
    try {
      CompletableFuture.allOf(inFlight.values().toArray(CompletableFuture[]::new))
          .get(longestSeconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("Not all answers under way could be kept: {}", e.getClass().getSimpleName());
    }
  }

  private ModelLane lane(Model model) {
    RuntimeSettings.Retries retries = settings.retries();
    RetryPolicy policy =
        new RetryPolicy(
            new RetryPolicy.Bounds(
                retries.maxAttempts(),
                retries.maxPaidAttempts(),
                Duration.ofSeconds(retries.rowDeadlineSeconds())),
            (RandomGenerator) () -> ThreadLocalRandom.current().nextLong());
    ModelProvider provider =
        settings
            .providers()
            .connect(model.settings(), model.key().read(), settings.window().permits());
    ModelPricing pricing = new ModelPricing(model.settings(), model.price());
    return new ModelLane(
        new Limiter(settings.window().permits()),
        new ModelCaller(counted(provider), policy, pricing, clock, stop),
        new OutcomeRecorder(journal, settings.place(), model.settings(), pricing));
  }

  /** So that a provider that refuses everything shows in the progress before any row ends. */
  private ModelProvider counted(ModelProvider provider) {
    return request ->
        provider
            .complete(request)
            .whenComplete((completion, error) -> counters.attemptEnded(error));
  }

  StopSignal stop() {
    return stop;
  }

  RunCounters counters() {
    return counters;
  }

  Limiter limiter(String modelName) {
    return lanes.get(modelName).limiter();
  }

  /** Summed over the models. */
  int peakInFlight() {
    return lanes.values().stream().mapToInt(lane -> lane.limiter().peakInFlight()).sum();
  }

  /**
   * What is under way now; a later attempt of a task takes these before it reads what the journal
   * has.
   */
  Map<Fingerprint, CompletableFuture<InferenceOutcome>> inFlight() {
    return Map.copyOf(inFlight);
  }

  /**
   * Calls, or joins the call of the same request that is under way. Completes once the outcome is
   * stored; exceptionally only when it could not be.
   */
  CompletableFuture<InferenceOutcome> call(int shard, InferenceRequest request, Permit permit) {
    CompletableFuture<InferenceOutcome> stored = new CompletableFuture<>();
    CompletableFuture<InferenceOutcome> sooner =
        inFlight.putIfAbsent(request.fingerprint(), stored);
    if (sooner != null) {
      permit.close();
      return sooner;
    }
    counters.started();
    ModelLane lane = lanes.get(request.modelName());
    lane.caller()
        .call(request, permit)
        .thenCompose(outcome -> lane.recorder().record(shard, outcome))
        .whenComplete((outcome, error) -> finish(request, stored, outcome, error));
    return stored;
  }

  private void finish(
      InferenceRequest request,
      CompletableFuture<InferenceOutcome> stored,
      InferenceOutcome outcome,
      Throwable error) {
    if (error == null) {
      counters.ended(outcome);
      stored.complete(outcome);
    } else {
      stop.stop(new StopSignal.Cause(FailureKind.NOT_ATTEMPTED, "an answer could not be stored"));
      stored.completeExceptionally(error);
    }
    inFlight.remove(request.fingerprint());
  }
}

package io.penstock.pipeline;

import io.penstock.cluster.CallsStoppedException;
import io.penstock.domain.FailureKind;
import io.penstock.domain.Fingerprint;
import io.penstock.domain.InferenceOutcome;
import io.penstock.domain.InferenceOutcome.Failed;
import io.penstock.domain.InferenceOutcome.Waste;
import io.penstock.domain.InferenceRequest;
import io.penstock.inference.InFlightWindow.Lane;
import io.penstock.inference.StopSignal;
import io.penstock.limit.Limiter.Permit;
import io.penstock.pipeline.RuntimeSettings.Model;
import io.penstock.pipeline.ShardReport.Refused;
import io.penstock.store.RunJournal;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.StreamSupport;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;

/**
 * The paying task: calls what its shards hold and returns counts. Answers go to the store as they
 * arrive.
 */
final class ShardTask implements FlatMapFunction<Iterator<Integer>, ShardReport> {
  private final RuntimeSettings settings;

  ShardTask(RuntimeSettings settings) {
    this.settings = settings;
  }

  @Override
  public Iterator<ShardReport> call(Iterator<Integer> shards)
      throws IOException, InterruptedException {
    ExecutorRuntime runtime;
    try {
      runtime = ExecutorRuntime.get(settings);
    } catch (InvalidInputException e) {
      return List.of(withoutKey(e)).iterator();
    }
    try {
      if (isLaterAttempt() && !isQuiet(runtime)) {
        return List.of(report(runtime, List.of())).iterator();
      }
      List<ShardReport> reports = new ArrayList<>();
      while (shards.hasNext()) {
        reports.add(pay(runtime, shards.next()));
      }
      return reports.iterator();
    } finally {
      ExecutorRuntime.taskEnded(runtime);
    }
  }

  /** False: the run was stopped meanwhile; an attempt that failed over that would hide why. */
  private static boolean isQuiet(ExecutorRuntime runtime) throws InterruptedException {
    try {
      runtime.awaitQuiet();
      return true;
    } catch (CallsStoppedException e) {
      runtime.stop(String.valueOf(e.getMessage()));
      return false;
    }
  }

  private ShardReport pay(ExecutorRuntime runtime, int shard)
      throws IOException, InterruptedException {
    Earlier earlier = earlier(runtime, shard);
    List<Refused> refused = new ArrayList<>();
    Calls calls = new Calls(runtime, shard, earlier);
    List<Closeable> opened = new ArrayList<>();
    try {
      List<Lane> lanes = new ArrayList<>();
      for (Model model : settings.models()) {
        ShardReader reader = open(shard, model);
        opened.add(reader);
        ModelLane lane = runtime.lane(model.settings().name());
        IntentAhead requests =
            new IntentAhead(
                affordable(earlier.without(reader), runtime, lane),
                runtime.journal(),
                lane.pricing(),
                lane.ahead());
        opened.add(requests);
        lanes.add(
            new Lane(
                requests,
                lane.needs()::of,
                lane.limiter(),
                (request, permit) -> calls.start(requests, request, permit)));
      }
      runtime.awaitExitIfShuttingDown();
      new Chunks(settings.window(), runtime.stop(), outcome -> collectRefused(outcome, refused))
          .run(lanes);
      runtime.awaitExitIfShuttingDown();
    } catch (RuntimeException e) {
      calls.awaitAll(); // whoever takes the shard up again must find their answers
      throw e;
    } finally {
      for (Closeable one : opened) {
        one.close();
      }
    }
    return report(runtime, refused);
  }

  private ShardReader open(int shard, Model model) throws IOException {
    RuntimeSettings.RunPlace place = settings.place();
    return new ShardReader(
        place.missesPath(),
        shard,
        model.settings().name(),
        settings.window().chunkSize(),
        place.hadoop().value());
  }

  /**
   * What an earlier attempt of this task left. What is in flight is taken before the journal is
   * read: an answer that arrives in between is then met in one of the two.
   */
  private record Earlier(
      Map<Fingerprint, CompletableFuture<InferenceOutcome>> inFlight, Set<Fingerprint> stored) {
    /** The requests that are not stored; reads as lazily as they are taken. */
    Iterator<InferenceRequest> without(Iterator<InferenceRequest> requests) {
      Iterable<InferenceRequest> all = () -> requests;
      return StreamSupport.stream(all.spliterator(), false)
          .filter(request -> !stored.contains(request.fingerprint()))
          .iterator();
    }
  }

  /** Without those that will never be paid: they need no permit, and may be a million. */
  private static Iterator<InferenceRequest> affordable(
      Iterator<InferenceRequest> requests, ExecutorRuntime runtime, ModelLane lane) {
    ExecutorBudget budget = runtime.budget();
    if (budget == null) {
      return requests;
    }
    Iterable<InferenceRequest> all = () -> requests;
    return StreamSupport.stream(all.spliterator(), false)
        .filter(request -> !budget.refuses(lane.pricing(), request))
        .iterator();
  }

  private static boolean isLaterAttempt() {
    TaskContext task = TaskContext.get();
    return task.attemptNumber() > 0 || task.stageAttemptNumber() > 0;
  }

  private Earlier earlier(ExecutorRuntime runtime, int shard) throws IOException {
    if (!isLaterAttempt()) {
      return new Earlier(Map.of(), Set.of());
    }
    RuntimeSettings.RunPlace place = settings.place();
    var inFlight = runtime.inFlight();
    return new Earlier(
        inFlight,
        RunJournal.fingerprints(place.storePath(), place.runId(), shard, place.hadoop().value()));
  }

  /** The calls that this task started or joined. Thread-safe. */
  private record Calls(
      ExecutorRuntime runtime,
      int shard,
      Earlier earlier,
      Set<CompletableFuture<InferenceOutcome>> underWay) {
    Calls(ExecutorRuntime runtime, int shard, Earlier earlier) {
      this(runtime, shard, earlier, ConcurrentHashMap.newKeySet());
    }

    CompletableFuture<InferenceOutcome> start(
        IntentAhead requests, InferenceRequest request, Permit permit) {
      CompletableFuture<Void> intent = requests.intentOf(request);
      CompletableFuture<InferenceOutcome> pending = earlier.inFlight().get(request.fingerprint());
      if (pending != null) {
        permit.close();
        return runtime.joined(request, pending);
      }
      CompletableFuture<InferenceOutcome> outcome =
          runtime.callAfter(intent, shard, request, permit);
      underWay.add(outcome);
      outcome.whenComplete((ended, error) -> underWay.remove(outcome));
      return outcome;
    }

    /** Each ends by the timeouts of its own; whether well or badly does not matter here. */
    void awaitAll() {
      CompletableFuture.allOf(underWay.toArray(CompletableFuture[]::new))
          .exceptionally(error -> null)
          .join();
    }
  }

  private static void collectRefused(InferenceOutcome outcome, List<Refused> refused) {
    if (outcome instanceof Failed failed
        && !failed.kind().isStored()
        && failed.effort().attempts() > 0) {
      refused.add(
          new Refused(
              failed.fingerprint(),
              failed.kind(),
              failed.message(),
              failed.effort().attempts(),
              failed.effort().rateLimited(),
              !failed.effort().waste().equals(Waste.NONE)));
    }
  }

  /** Ends the run as a refused key would: each further executor may lack it too. */
  private static ShardReport withoutKey(InvalidInputException error) {
    String executorId = SparkEnv.get().executorId();
    String message =
        "executor %s: %s; without Penstock's plugin each executor reads the keys by itself"
            .formatted(executorId, error.getMessage());
    return new ShardReport(
        List.of(),
        new StopSignal.Cause(FailureKind.AUTHENTICATION, message),
        Long.MAX_VALUE,
        0,
        executorId,
        0);
  }

  /** Why not everything was called; empty: it was, or will be. */
  private static Optional<StopSignal.Cause> stopCause(ExecutorRuntime runtime) {
    Optional<ExecutorBudget> budget = Optional.ofNullable(runtime.budget());
    return runtime.stop().cause().or(() -> budget.flatMap(ExecutorBudget::reached));
  }

  private static ShardReport report(ExecutorRuntime runtime, List<Refused> refused) {
    return new ShardReport(
        refused,
        stopCause(runtime).orElse(null),
        runtime.counters().firstCallMillis(),
        runtime.counters().lastAnswerMillis(),
        SparkEnv.get().executorId(),
        runtime.peakInFlight());
  }
}

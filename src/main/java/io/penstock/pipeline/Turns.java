package io.penstock.pipeline;

import io.penstock.config.JobSpec;
import io.penstock.domain.FailureKind;
import io.penstock.inference.StopSignal;
import io.penstock.pipeline.DeliveryStage.Split;
import io.penstock.pipeline.RealtimeStage.Paid;
import io.penstock.pipeline.RunRows.Requests;
import io.penstock.pipeline.RungStage.Round;
import io.penstock.pipeline.ShardStage.Shards;
import io.penstock.tokens.TokenFamily;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Asks for what the store does not have, round after round: in batches and by calls. */
final class Turns {
  private final JobSetup setup;
  private final JobSpec spec;
  private final RungWiring rungs;
  private final JobStore store;
  private final Stages stages;
  private final SettingsWiring wiring;

  Turns(JobSetup setup, RungWiring rungs, JobStore store, Stages stages) {
    this.setup = setup;
    this.spec = setup.spec();
    this.rungs = rungs;
    this.store = store;
    this.stages = stages;
    this.wiring = new SettingsWiring(setup, store.all(), stages.spark().sc());
  }

  /** What there is to do; nothing is asked yet. */
  Turn begin(Execution execution, Requests requests) throws IOException {
    RunFolder folder = execution.folder();
    RungStage rounds = rounds(folder, execution.mode(), folder.newRungs(Instant.now()));
    BatchStage batches = execution.batches();
    try (StageScope stage = stages.begin("misses", "writing the requests that are to be asked")) {
      Round round =
          batches.pending().without(rounds.begin(requests.rows(), requests.found().lookup()));
      BatchWork work = work(batches, round, requests.rows(), folder);
      return new Turn(requests, rounds, round, work, Paid.NOTHING);
    }
  }

  /** Rounds of calls, until rows need no further model; answers go to the store. */
  Turn payAll(Execution execution, Turn begun, Paid before)
      throws IOException, InterruptedException {
    Turn turn = begun.after(before);
    boolean goesOn = before.stop().isEmpty();
    while (turn.round().isMissingAny() && goesOn) {
      turn = turn.after(payOn(turn.paid(), execution, turn.work()));
      goesOn = turn.paid().goesOn();
      turn = next(execution, turn, goesOn);
    }
    return turn;
  }

  /** The round after the one that was paid. */
  private Turn next(Execution execution, Turn turn, boolean goesOn) throws IOException {
    try (StageScope stage = stages.begin("misses", "looking what is to be asked next")) {
      Round next = execution.batches().pending().without(turn.rounds().after(turn.round()));
      BatchWork work =
          goesOn ? work(execution.batches(), next, turn.rows(), execution.folder()) : turn.work();
      return turn.at(next, work);
    }
  }

  /** Writes the requests of a round to where they are called or cut into batches. */
  BatchWork work(BatchStage batches, Round round, Dataset<Row> rows, RunFolder folder)
      throws IOException {
    Split split = batches.split(round);
    Instant now = Instant.now();
    return new BatchWork(
        shardStage(folder.newMisses(now)).apply(split.realtime(), rows),
        shardStage(folder.newBatchMisses(now)).apply(split.batch(), rows));
  }

  /**
   * @param path of the rounds, of this execution only
   */
  RungStage rounds(RunFolder folder, RunMode mode, String path) {
    return rungs.stage(
        new RungStage.Serving(store.serving(folder), folder.runId(), mode.retryPermanent()), path);
  }

  /**
   * Batches go first, so that their time runs while others are called; under a budget what is
   * called has the first claim on it. Between two rounds an interruption ends the calls, but not
   * the run.
   */
  private Paid payOn(Paid before, Execution execution, BatchWork work)
      throws IOException, InterruptedException {
    boolean callsFirst = spec.budget().maxUsd() != null;
    Paid sent = callsFirst ? Paid.NOTHING : submit(execution, work);
    Paid paid = before.then(sent);
    if (sent.goesOn()) {
      paid = paid.then(call(paid, execution, work.realtime()));
    }
    return callsFirst && paid.goesOn() ? paid.then(submit(execution, work)) : paid;
  }

  private Paid submit(Execution execution, BatchWork work)
      throws IOException, InterruptedException {
    if (work.batch().requests() == 0) {
      return Paid.NOTHING;
    }
    RunBudget budget = wiring.budget(execution.run(), /* counts= */ true);
    try (StageScope stage = stages.begin("batch", "sending requests in batches")) {
      return execution.batches().submit(work.batch(), budget);
    }
  }

  private Paid call(Paid before, Execution execution, Shards shards)
      throws IOException, InterruptedException {
    boolean isFirst = before.isNothing() && execution.batches().pending().count() == 0;
    boolean isBegun = !isFirst || execution.run().adopted().isPresent();
    try (StageScope stage = stages.begin("realtime", "calling")) {
      return new RealtimeStage(
              stages.spark(), wiring.settings(execution.run(), shards, isBegun), execution.watch())
          .pay(shards);
    } catch (RunInterruptedException e) {
      if (isFirst) {
        throw e;
      }
      String why = String.valueOf(e.getMessage());
      return Paid.stopped(new StopSignal.Cause(FailureKind.NOT_ATTEMPTED, why));
    }
  }

  private ShardStage shardStage(String path) {
    ShardStage stage = new ShardStage(path, slots(), families());
    return spec.prompt().cachesPrefix() ? stage.keepingPrefixesTogether() : stage;
  }

  /** How tokens are counted, by the job's name for the model. */
  private Map<String, TokenFamily> families() {
    return setup.models().stream()
        .collect(Collectors.toMap(model -> model.settings().name(), JobSetup.Model::tokens));
  }

  /** Tasks that run at once. */
  private int slots() {
    return stages.spark().defaultParallelism();
  }
}

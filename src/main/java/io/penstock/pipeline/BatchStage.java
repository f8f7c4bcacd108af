package io.penstock.pipeline;

import io.penstock.batch.BatchDelivery;
import io.penstock.batch.BatchDelivery.Deadline;
import io.penstock.batch.BatchIntent.Owner;
import io.penstock.batch.BatchIntent.Target;
import io.penstock.batch.BatchLedger;
import io.penstock.batch.BatchLedger.Ended;
import io.penstock.batch.BatchStoppedException;
import io.penstock.batch.Desk;
import io.penstock.config.JobSpec;
import io.penstock.config.JobSpec.LimitSpec;
import io.penstock.inference.StopSignal;
import io.penstock.pipeline.DeliveryStage.Split;
import io.penstock.pipeline.RealtimeStage.Paid;
import io.penstock.pipeline.RungStage.Round;
import io.penstock.pipeline.ShardStage.Shards;
import io.penstock.progress.RunProgress;
import io.penstock.provider.BatchLimits;
import io.penstock.provider.BatchProvider;
import io.penstock.report.BatchTimes;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * A run's requests on their way through the providers' Batch APIs: cut, sent, waited for and
 * brought into the store, by the ledger that other executions read. See {@link BatchDelivery}.
 */
final class BatchStage {
  /** The longest time before the deadline that is kept for calls. */
  private static final Duration MARGIN = Duration.ofMinutes(30);

  private final JobSetup setup;
  private final Place place;
  private final BatchLedger ledger;
  private final BatchDelivery delivery;
  private final PendingRequests pending;
  private final CutStage cutting;
  private final BatchTime time;
  private final RunProgress progress;

  /**
   * @param isWaiting whether the execution waits for batches
   */
  record Place(RunFolder folder, boolean isWaiting) {}

  /** Who is told what becomes of batches. */
  record Told(RunConsole console, RunProgress progress) {}

  BatchStage(
      SparkSession spark,
      JobSetup setup,
      Place place,
      RuntimeSettings settings,
      BatchTime time,
      Told told) {
    this.setup = setup;
    this.place = place;
    this.time = time;
    this.progress = told.progress();
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    BatchProviders providers = new BatchProviders(setup, settings, hadoop);
    ledger = new BatchLedger(setup.spec().store().path(), hadoop);
    delivery =
        new BatchDelivery(
            new Desk(
                ledger,
                providers,
                new BatchCarrier(context, settings, progress),
                rules(),
                time.ofDelivery(this::tell),
                told.console()::say));
    pending = new PendingRequests(spark, ledger, place.folder().runId(), told.console());
    cutting = new CutStage(context, settings, setup.spec().batch(), ledger, limits(providers));
  }

  private void tell() {
    progress.batches(delivery.lines());
  }

  private CutStage.Limits limits(BatchProviders providers) {
    return new CutStage.Limits() {
      @Override
      public Optional<BatchLimits> ofBatch(Target target) {
        return providers.apply(target).map(BatchProvider::limits);
      }

      @Override
      public OptionalLong ofQueue(String accountModel) throws IOException {
        return delivery.mostTokens(accountModel);
      }
    };
  }

  private Desk.Rules rules() {
    JobSpec spec = setup.spec();
    Map<String, Long> queueLimits = new HashMap<>();
    for (JobSetup.Model model : setup.models()) {
      LimitSpec limits = model.limits();
      if (limits != null && limits.enqueuedTokens() != null) {
        BigDecimal ofJob = limits.share().multiply(BigDecimal.valueOf(limits.enqueuedTokens()));
        queueLimits.put(model.accountModel(), ofJob.longValue());
      }
    }
    return new Desk.Rules(
        spec.name(),
        place.folder().runId(),
        Duration.ofSeconds(spec.batch().pollIntervalSeconds()),
        Duration.ofSeconds(spec.batch().adoptSeconds()),
        queueLimits);
  }

  /**
   * Takes in what has ended since the last execution, whatever the job's rules say now. Near the
   * deadline the others are cancelled.
   */
  Paid resume() throws IOException, InterruptedException {
    return doing(
        () -> {
          boolean isNear = deadline().isNear(time.now());
          boolean isBudgeted = setup.spec().budget().maxUsd() != null; // may be another now
          delivery.resume(setup.spec().asksForBatches() && !isNear && !isBudgeted);
          if (isNear) {
            delivery.cancelRun();
          }
        });
  }

  /** Ends all of the job's batches and takes in what they have answered. */
  Paid cancelAll() throws IOException, InterruptedException {
    return doing(
        () -> {
          delivery.resume(/* keepsUnsent= */ false);
          delivery.cancelAll();
          delivery.await(Deadline.NONE, delivery.keys());
        });
  }

  /** How many requests are in batches of the job that have not ended. */
  long open() throws IOException {
    return ledger.open().stream()
        .filter(batch -> batch.intent().job().equals(setup.spec().name()))
        .mapToLong(batch -> batch.intent().size().requests())
        .sum();
  }

  /** A line for each of the job's batches. */
  List<String> look() throws IOException, InterruptedException {
    List<String> lines = new ArrayList<>();
    Paid looked = doing(() -> lines.addAll(delivery.look()));
    looked
        .stop()
        .ifPresent(
            cause -> {
              throw new InvalidInputException(cause.kind() + ": " + cause.message());
            });
    return lines;
  }

  private interface Step {
    void run() throws IOException, InterruptedException;
  }

  private Paid doing(Step step) throws IOException, InterruptedException {
    try {
      step.run();
      tell();
      return Paid.NOTHING;
    } catch (BatchStoppedException e) {
      return Paid.stopped(new StopSignal.Cause(e.kind(), String.valueOf(e.getMessage())));
    }
  }

  /** Before the store is looked into. */
  void beginTurn() throws IOException {
    pending.beginTurn();
  }

  /** The requests that batches hold. */
  PendingRequests pending() {
    return pending;
  }

  /** What is to be called, and what goes into batches. */
  Split split(Round round) throws IOException {
    List<JobSetup.Model> models = new ArrayList<>();
    for (JobSetup.Model model : setup.models()) {
      models.add(isCalledInstead(model) ? model.withoutBatch() : model);
    }
    return new DeliveryStage(setup.spec().delivery(), models).split(round);
  }

  /**
   * Whether requests that rules would deliver in batches are called instead: the provider takes
   * none, the job wants it of what a batch left, the run has asked in batches as often as a request
   * may be asked, or the deadline is near.
   */
  private boolean isCalledInstead(JobSetup.Model model) throws IOException {
    List<Ended> ended =
        delivery.ended().stream()
            .filter(one -> one.batch().intent().accountModel().equals(model.accountModel()))
            .toList();
    boolean isLeft = ended.stream().anyMatch(one -> one.end().remaining() > 0);
    return ended.stream().anyMatch(one -> one.end().unusable())
        || (isLeft && setup.spec().batch().onExpiry().equals("realtime"))
        || round(ended) > setup.spec().retry().maxAttempts()
        || deadline().isNear(time.now());
  }

  /** How often they were asked for in batches, and once more. */
  private static int round(List<Ended> ended) {
    return 1
        + ended.stream()
            .filter(one -> one.end().remaining() > 0)
            .mapToInt(one -> one.batch().intent().round())
            .max()
            .orElse(0);
  }

  /**
   * Cuts requests into batches and sends those that the providers' queues have room for.
   *
   * @param budget null: there is none
   * @return stopped where money did not suffice for all, or the account was refused
   */
  Paid submit(Shards requests, @Nullable RunBudget budget)
      throws IOException, InterruptedException {
    CutStage.Batches batches =
        cutting.apply(
            requests,
            new Owner(setup.spec().name(), place.folder().runId(), round(delivery.ended())),
            place.folder().newBatches(time.now()),
            budget == null ? null : budget.left());
    Paid sent = doing(() -> delivery.submit(batches.cut()));
    return batches.tooDear() == 0 || budget == null
        ? sent
        : sent.then(Paid.stopped(budget.usedUp()));
  }

  /** Whether to wait for batches. */
  boolean isWaiting() throws IOException {
    return place.isWaiting() && pending.count() > 0 && !deadline().isOver(time.now());
  }

  /**
   * Waits for the run's batches, which go on if it is interrupted.
   *
   * @return stopped when it was, or the account is refused
   */
  Paid await() throws IOException, InterruptedException {
    return doing(() -> delivery.await(deadline(), pending.foundWithOthers()))
        .then(time.interrupted().map(Paid::stopped).orElse(Paid.NOTHING));
  }

  /** Counted from the run's begin; an execution that begins later has its margin yet. */
  private Deadline deadline() {
    Integer seconds = setup.spec().batch().deadlineSeconds();
    if (seconds == null) {
      return Deadline.NONE;
    }
    Instant end = place.folder().startedAt().plusSeconds(seconds);
    Duration half = Duration.ofSeconds(seconds).dividedBy(2);
    Duration margin = half.compareTo(MARGIN) < 0 ? half : MARGIN;
    Instant latest = time.begunAt().plus(margin);
    return new Deadline(end.minus(margin), latest.isAfter(end) ? latest : end);
  }

  /** All of the run's batches that there have been. */
  List<BatchTimes> history() throws IOException {
    return BatchHistory.of(ledger, place.folder().runId());
  }

  /** The run is published: its batches are history. */
  void forget() throws IOException {
    ledger.forget(setup.spec().name());
  }
}

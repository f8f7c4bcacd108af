package io.penstock.pipeline;

import io.penstock.cluster.AccountStop;
import io.penstock.cluster.DriverCoordinator;
import io.penstock.cluster.RunOrder;
import io.penstock.cluster.SharedFolderException;
import io.penstock.domain.FailureKind;
import io.penstock.inference.StopSignal;
import io.penstock.limit.Governor;
import io.penstock.pipeline.ShardReport.Refused;
import io.penstock.pipeline.ShardStage.Shards;
import io.penstock.progress.RunProgress;
import io.penstock.store.JobLock;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one action that pays: a task per shard calls the model API and writes the journal, and
 * returns counts only.
 */
final class RealtimeStage {
  private static final Logger LOG = LoggerFactory.getLogger(RealtimeStage.class);

  /**
   * The driver's lock must have been renewed within this time for calls to be granted: less than
   * its life by more than a lease's, so that no lease outlives it.
   */
  private static final Duration LOCK_IS_FRESH = Duration.ofSeconds(8);

  /** An executor proves itself with a few small files; a loaded machine takes its time. */
  private static final Duration PROOF = Duration.ofSeconds(120);

  /** What a job group sets in a thread; a notebook has its own for each cell. */
  private static final List<String> GROUP_PROPERTIES =
      List.of("spark.jobGroup.id", "spark.job.description", "spark.job.interruptOnCancel");

  /** For the executors to hear that the run is over, beside what they wait for. */
  private static final Duration HEAR = Duration.ofSeconds(10);

  private final JavaSparkContext spark;
  private final RuntimeSettings settings;
  private final Watch watch;

  /** What the calls depend on besides their settings. */
  record Watch(RunInterrupt interrupt, JobLock lock, RunConsole console, RunProgress progress) {
    private boolean mayGrant() {
      return !lock.isLost() && System.nanoTime() - lock.renewedNanos() < LOCK_IS_FRESH.toNanos();
    }
  }

  RealtimeStage(JavaSparkContext spark, RuntimeSettings settings, Watch watch) {
    this.spark = spark;
    this.settings = settings;
    this.watch = watch;
  }

  /**
   * @param stop why the run stopped before its end; empty: it did not
   * @param refused requests whose refusal stops the run
   * @param seconds from the first call to the last answer; 0 where nothing was called
   */
  record Paid(
      Optional<StopSignal.Cause> stop, List<Refused> refused, double seconds, int peakInFlight) {
    static final Paid NOTHING = new Paid(Optional.empty(), List.of(), 0, 0);

    static Paid stopped(StopSignal.Cause why) {
      return new Paid(Optional.of(why), List.of(), 0, 0);
    }

    /** Whether others can still be called: some were too dear for what is left, or none was. */
    boolean goesOn() {
      return stop.filter(cause -> cause.kind() != FailureKind.BUDGET).isEmpty();
    }

    boolean isNothing() {
      return stop.isEmpty() && refused.isEmpty() && seconds == 0 && peakInFlight == 0;
    }

    /** Money may be there again. */
    Paid withoutBudgetStop() {
      return new Paid(
          stop.filter(cause -> cause.kind() != FailureKind.BUDGET), refused, seconds, peakInFlight);
    }

    /** What was paid before, and now. */
    Paid then(Paid later) {
      return new Paid(
          Stream.of(stop, later.stop)
              .flatMap(Optional::stream)
              .min(Comparator.comparing(cause -> !cause.kind().stopsRun())),
          Stream.concat(refused.stream(), later.refused().stream()).toList(),
          seconds + later.seconds(),
          Math.max(peakInFlight, later.peakInFlight()));
    }

    /** Where neither the provider nor the budget gave a reason. */
    private Paid because(StopSignal.Cause why) {
      return stop.filter(cause -> cause.kind().stopsRun() || cause.kind() == FailureKind.BUDGET)
              .isPresent()
          ? this
          : new Paid(Optional.of(why), refused, seconds, peakInFlight);
    }
  }

  /**
   * @throws InvalidInputException when an executor does not see the folders that the driver sees
   * @throws StoreFailedException when an answer could not be kept
   */
  Paid pay(Shards shards) throws IOException, InterruptedException {
    if (shards.requests() == 0) {
      return Paid.NOTHING;
    }
    watch.progress().calls(shards.requests());
    watch.progress().stage(words(shards));
    try {
      return settings.undriven() == null ? payDriven(coordinator(), shards) : payUndriven(shards);
    } finally {
      if (watch.progress().isTold()) {
        RunEvents.called(watch.progress().state());
      }
    }
  }

  /** Nobody can tell that the folders are shared, nor how far the calls are. */
  private Paid payUndriven(Shards shards) throws IOException {
    watch
        .console()
        .say(
            "warning: this Spark session has no Penstock plugin: limits are divided by "
                + settings.undriven().executors()
                + " executors, and calls may go on for a while when the driver dies");
    watch.interrupt().enter(() -> spark.cancelJobGroup(group()));
    Paid paid = call(shards);
    requireStored(paid);
    return paid;
  }

  private Paid payDriven(DriverCoordinator coordinator, Shards shards)
      throws IOException, InterruptedException {
    RunBudget budget = settings.budget();
    Governor governor =
        new Governor(
            settings.accounts(),
            System::nanoTime,
            InstantSource.system(),
            budget == null ? null : budget.book());
    RuntimeSettings.RunPlace place = settings.place();
    coordinator.begin(
        new RunOrder(place.runId(), List.of(place.storePath(), place.runPath()), place.hadoop()),
        watch::mayGrant,
        governor);
    LimitWatch limits = LimitWatch.ofAll(governor, place, watch.console()::say);
    try {
      coordinator.awaitProofs(PROOF);
      watch.interrupt().enter(() -> endCalls(coordinator));
      Paid paid = call(shards);
      coordinator.proofFailure().ifPresent(RealtimeStage::refuse);
      requireStored(paid);
      return paid;
    } catch (SharedFolderException e) {
      throw new InvalidInputException(String.valueOf(e.getMessage()));
    } finally {
      try (limits) {
        coordinator.end(longestClose());
      }
    }
  }

  /** Neither the provider nor anybody here ended the calls: then it was the store. */
  private void requireStored(Paid paid) throws StoreFailedException {
    if (paid.stop().filter(cause -> cause.kind() == FailureKind.NOT_ATTEMPTED).isPresent()
        && watch.interrupt().reason().isEmpty()) {
      throw new StoreFailedException(paid.stop().get().message());
    }
  }

  private static void refuse(String failure) {
    throw new InvalidInputException(failure);
  }

  private static DriverCoordinator coordinator() {
    return DriverCoordinator.current().orElseThrow();
  }

  /** No call starts any more; those under way are given a while. */
  private void endCalls(DriverCoordinator coordinator) {
    coordinator.stop(watch.interrupt().reason().orElse("the execution is ending"));
    CompletableFuture.delayedExecutor(ExecutorRuntime.DRAIN.toMillis(), TimeUnit.MILLISECONDS)
        .execute(() -> spark.cancelJobGroup(group()));
  }

  private Duration longestClose() {
    boolean interrupted = watch.interrupt().reason().isPresent();
    return HEAR.plus(interrupted ? ExecutorRuntime.DRAIN : settings.longestCall());
  }

  /** Of this execution only: an earlier one of the run may still be cancelling its own. */
  private String group() {
    return "penstock calls of " + settings.place().missesPath();
  }

  private String words(Shards shards) {
    List<RuntimeSettings.Model> models = settings.models();
    return String.format(
        Locale.ROOT,
        "realtime %,d requests to %s",
        shards.requests(),
        models.size() == 1 ? models.get(0).settings().requestModel() : models.size() + " models");
  }

  private Paid call(Shards shards) {
    List<Integer> numbers = IntStream.range(0, shards.count()).boxed().toList();
    List<@Nullable String> theirs = GROUP_PROPERTIES.stream().map(spark::getLocalProperty).toList();
    spark.setJobGroup(group(), JobDescription.of(words(shards)), true);
    try {
      Paid paid =
          summed(
              spark
                  .parallelize(numbers, shards.count())
                  .mapPartitions(new ShardTask(settings))
                  .collect());
      return reason(paid.stop().isPresent()).map(paid::because).orElse(paid);
    } catch (Exception e) { // Spark throws checked exceptions that Scala does not declare
      StopSignal.@Nullable Cause why = reason(true).orElse(null);
      if (why == null) {
        throw e;
      }
      LOG.warn("The calls were stopped ({}), and their tasks failed", why.kind(), e);
      return Paid.stopped(why);
    } finally {
      spark.clearJobGroup();
      for (int i = 0; i < theirs.size(); i++) {
        spark.setLocalProperty(GROUP_PROPERTIES.get(i), theirs.get(i));
      }
    }
  }

  /**
   * Why the calls ended early: an executor told, which may be lost since with its tasks' reports,
   * or somebody asked for it.
   *
   * @param early whether they are known to have
   */
  private Optional<StopSignal.Cause> reason(boolean early) {
    Optional<AccountStop> told =
        settings.undriven() == null ? coordinator().accountStop() : Optional.empty();
    return told.filter(stop -> early)
        .map(stop -> new StopSignal.Cause(stop.kind(), stop.message()))
        .or(
            () ->
                watch
                    .interrupt()
                    .reason()
                    .map(why -> new StopSignal.Cause(FailureKind.NOT_ATTEMPTED, why)));
  }

  /** A store that failed goes before a budget that was reached, that before an interruption. */
  private int rank(StopSignal.Cause cause) {
    if (cause.kind().stopsRun()) {
      return 0;
    }
    boolean interrupted = watch.interrupt().reason().isPresent();
    return (cause.kind() == FailureKind.BUDGET) == interrupted ? 1 : 2;
  }

  private Paid summed(List<ShardReport> reports) {
    long first =
        reports.stream().mapToLong(ShardReport::firstCallMillis).min().orElse(Long.MAX_VALUE);
    long last = reports.stream().mapToLong(ShardReport::lastAnswerMillis).max().orElse(0);
    Map<String, Integer> peaks =
        reports.stream()
            .collect(
                Collectors.toMap(ShardReport::executorId, ShardReport::peakInFlight, Math::max));
    return new Paid(
        reports.stream()
            .map(ShardReport::stop)
            .filter(Objects::nonNull)
            .min(Comparator.comparing(this::rank)),
        reports.stream().flatMap(report -> report.refused().stream()).toList(),
        last < first ? 0 : (last - first) / 1000.0,
        peaks.values().stream().mapToInt(Integer::intValue).sum());
  }
}

package io.penstock.pipeline;

import io.penstock.cluster.DriverCoordinator;
import io.penstock.config.JobSpec;
import io.penstock.domain.Message;
import io.penstock.inference.StopSignal;
import io.penstock.lake.RowCodec;
import io.penstock.pipeline.RealtimeStage.Paid;
import io.penstock.pipeline.RealtimeStage.Watch;
import io.penstock.pipeline.RungStage.Round;
import io.penstock.pipeline.ShardStage.Shards;
import io.penstock.pipeline.StoreLookupStage.Found;
import io.penstock.pricing.CostEstimate;
import io.penstock.progress.ProgressWatch;
import io.penstock.progress.RunProgress;
import io.penstock.progress.Timeline;
import io.penstock.report.RunPlan;
import io.penstock.report.RunSummary;
import io.penstock.store.CompletionStore;
import io.penstock.store.JobLock;
import io.penstock.store.LockHeldException;
import io.penstock.store.WholeFile;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * The main job, from the input to the published results. Every behaviour is found from {@link
 * #run}.
 */
public final class PromptJob {
  private static final String LOCK_LOST =
      "another execution took the job's lock while this one could not renew it, and goes on with"
          + " the run";

  private final SparkSession spark;
  private final JobSetup setup;
  private final JobSpec spec;
  private final RunConsole console;
  private final Configuration hadoop;
  private final CompletionStore store;
  private final JobStore serving;
  private final RungWiring rungs;
  private final RunProgress progress;
  private final Stages stages;
  private final JobInput input;
  private final RunRows rows;
  private final Turns turns;

  /**
   * @throws InvalidInputException when its models are of no use as each other's fallbacks
   */
  public PromptJob(SparkSession spark, JobSetup setup, RunConsole console) {
    this.spark = spark;
    this.setup = setup;
    this.spec = setup.spec();
    this.console = console;
    this.hadoop = spark.sparkContext().hadoopConfiguration();
    this.store = new CompletionStore(spark, spec.store().path());
    this.rungs = new RungWiring(setup);
    this.serving = new JobStore(store, spec.store().maxAgeDays());
    this.progress = new RunProgress(spec.name(), sources(), System::nanoTime);
    this.stages = new Stages(JavaSparkContext.fromSparkContext(spark.sparkContext()), progress);
    this.input = new JobInput(spark, setup, rungs);
    this.rows = new RunRows(spark, setup, input, rungs, serving, stages);
    this.turns = new Turns(setup, rungs, serving, stages);
  }

  /**
   * What a run brought.
   *
   * @param resultsPath of complete or partial rows
   * @param reportPath null: it could not be written
   */
  public record Finished(
      RunSummary summary, String resultsPath, String runPath, @Nullable String reportPath) {
    Finished with(@Nullable String report) {
      return new Finished(summary, resultsPath, runPath, report);
    }
  }

  /**
   * Runs the job once, under its lock: goes on with its unpublished run, or begins a new one.
   *
   * @throws InvalidInputException before anything is paid, when input or folders cannot be used, or
   *     another execution of the job is under way
   * @throws RunInterruptedException when it was ended before its calls
   * @throws IOException when store, run folder or results cannot be written
   */
  public Finished run(RunMode mode, RunInterrupt interrupt)
      throws IOException, InterruptedException {
    long startedNanos = System.nanoTime();
    SparkContext context = spark.sparkContext();
    String tag = "penstock-" + UUID.randomUUID();
    context.addJobTag(tag); // others' jobs in the session are none of ours
    try {
      interrupt.enter(() -> context.cancelJobsWithTag(tag));
      return runLocked(mode, interrupt, startedNanos);
    } finally {
      context.removeJobTag(tag);
    }
  }

  private Finished runLocked(RunMode mode, RunInterrupt interrupt, long startedNanos)
      throws IOException, InterruptedException {
    checkFolders();
    try (JobLock lock = takeLock(mode)) {
      lock.onLost(() -> interrupt.interrupt(LOCK_LOST));
      return run(mode, new Watch(interrupt, lock, console, progress), startedNanos);
    } catch (Exception e) { // Spark throws checked exceptions that Scala does not declare
      RunEvents.failed(interrupt.reason().orElse(e.getClass().getSimpleName()));
      if (interrupt.reason().isPresent()) {
        throw new RunInterruptedException(interrupt.reason().get(), e);
      }
      throw e;
    }
  }

  private static RunProgress.Sources sources() {
    return DriverCoordinator.current()
        .map(driver -> new RunProgress.Sources(driver::counts, driver::loads))
        .orElse(RunProgress.Sources.SILENT);
  }

  private Finished run(RunMode mode, Watch watch, long startedNanos)
      throws IOException, InterruptedException {
    OpenRun run = open(mode);
    RunFolder folder = run.folder();
    watch.lock().runs(folder.runId());
    progress.begin(spec.name() + " " + folder.runId());
    Path timeline = new Path(folder.newTimeline(Instant.now()));
    try (MDC.MDCCloseable context = MDC.putCloseable(StageScope.RUN_ID, folder.runId());
        ProgressWatch shown =
            ProgressWatch.start(
                progress,
                new Timeline(Instant.now()),
                console,
                json -> WholeFile.write(timeline, json, hadoop))) {
      RunEvents.began(spec.name(), run.adopted().isPresent());
      return run(run, mode, watch, shown, startedNanos);
    }
  }

  private Finished run(
      OpenRun run, RunMode mode, Watch watch, ProgressWatch shown, long startedNanos)
      throws IOException, InterruptedException {
    BatchStage batches = batches(run, mode, new BatchTime(watch.interrupt(), watch.lock()));
    Paid paid = batches.resume(); // what has ended since the last execution
    batches.beginTurn();
    Execution execution = new Execution(run, mode, watch, batches, shown, startedNanos);
    Turn turn =
        turns.begin(
            execution, run.adopted().isPresent() ? rows.reread(run, mode) : rows.begin(run, mode));
    RunPlan plan = plan(execution, turn);
    paid = paid.then(requireAffordable(plan, run));
    turn = turns.payAll(execution, turn, paid);
    while (turn.paid().goesOn() && batches.isWaiting()) {
      publishSoFar(execution, turn, plan);
      turn = turn.after(turn.paid().withoutBudgetStop().then(await(batches)));
      if (turn.paid().stop().isEmpty()) { // as another execution would go on
        batches.beginTurn();
        turn = turns.payAll(execution, turns.begin(execution, rows.reread(run, mode)), turn.paid());
      }
    }
    watch.interrupt().leave();
    requireLock(watch.lock());
    try (StageScope stage = stages.begin("compact", "tidying the store up")) {
      store.compact(run.folder().runId());
    }
    return publish(execution, turn, plan);
  }

  private Paid await(BatchStage batches) throws IOException, InterruptedException {
    try (StageScope stage = stages.begin("wait", "waiting for batches")) {
      return batches.await();
    }
  }

  private RunPlan plan(Execution execution, Turn turn) throws IOException {
    OpenRun run = execution.run();
    try (StageScope stage = stages.begin("plan", "counting and pricing requests")) {
      RunPlan plan =
          planning()
              .plan(
                  run,
                  turn.found(),
                  turn.rows(),
                  PlannedMisses.of(turn.work(), execution.batches().pending().found()));
      OptimiserFigures.lines(setup, turn.rows(), turn.deduped().invalid()).forEach(console::say);
      RunEvents.planned(plan);
      progress.money(plan.estimateUsd().expected(), spec.budget().maxUsd());
      return plan;
    }
  }

  /**
   * All of a run up to the point of paying, in a folder that is gone afterwards; of an unfinished
   * run what is left of it. Takes no lock.
   *
   * @throws InvalidInputException when input or folders cannot be used, or the unfinished run was
   *     of another job than this has become
   */
  public RunPlan plan() throws IOException, InterruptedException {
    RunBudget.requireKept(setup);
    PublishStage.check(spec.output(), hadoop);
    try (ScratchRun scratch = ScratchRun.under(spec.runs().path(), hadoop)) {
      Optional<OpenRun> unfinished = OpenRun.find(setup, hadoop);
      OpenRun run = unfinished.orElseGet(() -> new OpenRun(scratch.folder(), Optional.empty()));
      RunFolder folder = scratch.folder();
      Dataset<Row> linked =
          unfinished.isPresent() ? rows.pinned(run.folder()) : rows.link(folder, RunMode.PLAIN);
      Found found =
          rows.lookup(run, RunMode.PLAIN)
              .apply(
                  linked,
                  unfinished.isPresent() ? null : spec.input().id(),
                  folder.newRequests(Instant.now()));
      BatchStage batches = batches(run, RunMode.PLAIN, BatchTime.unlocked());
      Round round =
          batches
              .pending()
              .without(
                  turns
                      .rounds(run.folder(), RunMode.PLAIN, folder.newRungs(Instant.now()))
                      .begin(linked, found.lookup()));
      BatchWork work = turns.work(batches, round, linked, folder);
      return planning()
          .planOnly(
              new Found(found.deduped(), round.lookup()),
              linked,
              PlannedMisses.of(work, batches.pending().found()));
    }
  }

  private Planning planning() {
    return new Planning(setup, store, console, spark.sparkContext());
  }

  /**
   * The first rows as they would be sent. Calls and writes nothing.
   *
   * @return columns messages, error_message and the name of the model
   */
  public List<Row> preview(int count) {
    return input.preview(count);
  }

  /**
   * Reads the input's columns and judges all that can be judged without a call.
   *
   * @throws InvalidInputException a line for each thing that does not fit
   */
  public void check() throws IOException {
    Problems problems = new Problems();
    problems.collect(this::checkInput);
    problems.collect(this::checkFolders);
    problems.tell();
  }

  private void checkInput() {
    Dataset<Row> read = input.load();
    Problems problems = new Problems();
    problems.collect(() -> input.require(read));
    problems.collect(() -> input.prompts(read));
    problems.tell();
    console.say(
        "input: " + read.columns().length + " columns: " + String.join(", ", read.columns()));
  }

  private void checkFolders() throws IOException {
    if (store.isNew()) {
      console.say("store: " + spec.store().path() + " is NEW");
    }
    Problems problems = new Problems();
    problems.collect(() -> RunBudget.requireKept(setup));
    problems.collect(() -> PublishStage.check(spec.output(), hadoop));
    problems.collect(() -> proveWritable("store.path", spec.store().path()));
    problems.collect(() -> proveWritable("output.path", spec.output().path()));
    problems.collect(() -> proveWritable("runs.path", spec.runs().path()));
    problems.tell();
  }

  private void proveWritable(String key, String folder) {
    try {
      WritableFolder.prove(folder, hadoop);
    } catch (IOException e) {
      throw InvalidInputException.because(key + " " + folder + " cannot be written", e);
    }
  }

  private JobLock takeLock(RunMode mode) throws IOException, InterruptedException {
    try {
      String path = spec.store().path();
      return mode.waitForLock()
          ? JobLock.await(path, spec.name(), hadoop, console::say)
          : JobLock.take(path, spec.name(), hadoop);
    } catch (LockHeldException e) {
      throw new InvalidInputException(String.valueOf(e.getMessage()));
    }
  }

  /** Whoever took the lock goes on with the run; two must not publish. */
  private static void requireLock(JobLock lock) {
    if (lock.isLost()) {
      throw new IllegalStateException(LOCK_LOST);
    }
  }

  private OpenRun open(RunMode mode) throws IOException {
    if (mode.isLimited()) {
      return OpenRun.apart(setup);
    }
    if (mode.newRun()) {
      OpenRun.abandon(setup, console, hadoop);
    }
    return OpenRun.open(setup, console, hadoop);
  }

  private BatchStage batches(OpenRun run, RunMode mode, BatchTime time) throws IOException {
    Shards none = new Shards("", 0, 0);
    return new BatchStage(
        spark,
        setup,
        new BatchStage.Place(run.folder(), mode.waits()),
        new SettingsWiring(setup, store, spark.sparkContext()).settings(run, none, false),
        time,
        new BatchStage.Told(console, progress));
  }

  /** What is expected to cost more than the budget is not begun, unless the job says so. */
  private Paid requireAffordable(RunPlan plan, OpenRun run) throws IOException {
    Optional<StopSignal.Cause> exceeded = PlannedBudget.exceeded(plan, PlannedBudget.of(spec));
    boolean isBegun =
        exceeded.isPresent()
            && run.adopted().isPresent()
            && !store.entriesOf(run.folder().runId()).isEmpty();
    return exceeded.filter(cause -> !isBegun).map(Paid::stopped).orElse(Paid.NOTHING);
  }

  /** What is there while batches are waited for. */
  private void publishSoFar(Execution execution, Turn turn, RunPlan plan) throws IOException {
    Finished soFar = publish(execution, turn, plan);
    console.say(
        "%,d of %,d rows have an answer: %s; waiting for batches"
            .formatted(soFar.summary().succeeded(), soFar.summary().rows(), soFar.resultsPath()));
  }

  private Finished publish(Execution execution, Turn turn, RunPlan plan) throws IOException {
    try (StageScope stage = stages.begin("publish", "writing results")) {
      CostEstimate estimate = planning().firstEstimate(execution.run(), plan);
      return new ResultsStage(spark, setup, rungs, serving, console)
          .publish(execution, turn, estimate);
    }
  }

  /** The messages of a previewed row. */
  public static List<Message> messages(Row previewed) {
    return RowCodec.messages(previewed, 0);
  }
}

package io.penstock.pipeline;

import static org.apache.spark.sql.functions.col;

import io.penstock.config.JobSpec;
import io.penstock.domain.FailureKind;
import io.penstock.domain.Message;
import io.penstock.domain.ModelSettings;
import io.penstock.inference.StopSignal;
import io.penstock.lake.Columns;
import io.penstock.lake.RowCodec;
import io.penstock.pipeline.DedupStage.Deduped;
import io.penstock.pipeline.DeliveryStage.Split;
import io.penstock.pipeline.RealtimeStage.Paid;
import io.penstock.pipeline.RealtimeStage.Watch;
import io.penstock.pipeline.ReportStage.Completeness;
import io.penstock.pipeline.RungStage.Round;
import io.penstock.pipeline.RungWiring.Outcome;
import io.penstock.pipeline.ShardStage.Shards;
import io.penstock.pipeline.StoreLookupStage.Found;
import io.penstock.report.RunPlan;
import io.penstock.report.RunSummary;
import io.penstock.store.CompletionStore;
import io.penstock.store.CurrentRun;
import io.penstock.store.InDoubt;
import io.penstock.store.JobLock;
import io.penstock.store.LockHeldException;
import io.penstock.tokens.TokenFamily;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

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
  private final RungWiring rungs;
  private final DeliveryStage delivery;

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
    this.delivery = new DeliveryStage(spec.delivery(), setup.models());
  }

  /**
   * What a run brought.
   *
   * @param resultsPath of complete or partial rows
   */
  public record Finished(RunSummary summary, String resultsPath, String runPath) {}

  /** The run's rows, and the requests that they make. */
  private record Requests(Dataset<Row> rows, Found found) {}

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
      return run(mode, new Watch(interrupt, lock, console), startedNanos);
    } catch (Exception e) { // Spark throws checked exceptions that Scala does not declare
      if (interrupt.reason().isPresent()) {
        throw new RunInterruptedException(interrupt.reason().get(), e);
      }
      throw e;
    }
  }

  private Finished run(RunMode mode, Watch watch, long startedNanos)
      throws IOException, InterruptedException {
    OpenRun run = open(mode);
    watch.lock().runs(run.folder().runId());
    BatchStage batches = batches(run, mode, new BatchTime(watch.interrupt(), watch.lock()));
    Paid paid = batches.resume(); // what has ended since the last execution
    batches.beginTurn();
    Execution execution = new Execution(run, mode, watch, batches, startedNanos);
    Turn turn = turn(execution, run.adopted().isPresent() ? reread(run, mode) : begin(run, mode));
    RunPlan plan =
        planning()
            .plan(
                run,
                turn.found(),
                turn.rows(),
                PlannedMisses.of(turn.work(), batches.pending().found()));
    OptimiserFigures.lines(setup, turn.rows(), turn.deduped().invalid()).forEach(console::say);

    paid = paid.then(requireAffordable(plan, run));
    turn = payAll(execution, turn, paid);
    while (turn.paid().goesOn() && batches.isWaiting()) {
      publishSoFar(execution, turn, plan);
      turn = turn.after(turn.paid().withoutBudgetStop().then(batches.await()));
      if (turn.paid().stop().isEmpty()) { // as another execution would go on
        batches.beginTurn();
        turn = payAll(execution, turn(execution, reread(run, mode)), turn.paid());
      }
    }
    watch.interrupt().leave();
    requireLock(watch.lock());
    store.compact(run.folder().runId());
    return publish(execution, turn, plan);
  }

  /** What holds for all turns of an execution. */
  private record Execution(
      OpenRun run, RunMode mode, Watch watch, BatchStage batches, long startedNanos) {}

  /**
   * What there is to do, from a look into the store until nothing is left but batches to wait for.
   *
   * @param round of the rows' requests, the one under way or the last
   * @param work of that round
   * @param paid in all turns so far
   */
  private record Turn(Requests requests, RungStage stage, Round round, BatchWork work, Paid paid) {
    Dataset<Row> rows() {
      return requests.rows();
    }

    Deduped deduped() {
      return requests.found().deduped();
    }

    /** All requests, and those that are to be asked for now. */
    Found found() {
      return new Found(deduped(), round.lookup());
    }

    Turn after(Paid all) {
      return new Turn(requests, stage, round, work, all);
    }

    Turn at(Round next, BatchWork ofIt) {
      return new Turn(requests, stage, next, ofIt, paid);
    }
  }

  private Turn turn(Execution execution, Requests requests) throws IOException {
    RunFolder folder = execution.run().folder();
    RungStage stage = stage(folder, execution.mode(), folder.newRungs(Instant.now()));
    BatchStage batches = execution.batches();
    Round round =
        batches.pending().without(stage.begin(requests.rows(), requests.found().lookup()));
    BatchWork work = work(batches, round, requests.rows(), folder);
    return new Turn(requests, stage, round, work, Paid.NOTHING);
  }

  /** Rounds of calls, until rows need no further model; answers go to the store. */
  private Turn payAll(Execution execution, Turn begun, Paid before)
      throws IOException, InterruptedException {
    Turn turn = begun.after(before);
    boolean goesOn = before.stop().isEmpty();
    while (turn.round().isMissingAny() && goesOn) {
      turn = turn.after(payOn(turn.paid(), execution, turn.work()));
      Round next = execution.batches().pending().without(turn.stage().after(turn.round()));
      goesOn = turn.paid().goesOn();
      BatchWork work =
          goesOn
              ? work(execution.batches(), next, turn.rows(), execution.run().folder())
              : turn.work();
      turn = turn.at(next, work);
    }
    return turn;
  }

  /** Writes the requests of a round to where they are called or cut into batches. */
  private BatchWork work(BatchStage batches, Round round, Dataset<Row> rows, RunFolder folder)
      throws IOException {
    Split split = batches.split(round);
    Instant now = Instant.now();
    return new BatchWork(
        shardStage(folder.newMisses(now)).apply(split.realtime(), rows),
        shardStage(folder.newBatchMisses(now)).apply(split.batch(), rows));
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
      Dataset<Row> rows =
          unfinished.isPresent() ? pinned(run.folder()) : link(folder, RunMode.PLAIN);
      Found found =
          lookup(run, RunMode.PLAIN)
              .apply(
                  rows,
                  unfinished.isPresent() ? null : spec.input().id(),
                  folder.newRequests(Instant.now()));
      BatchStage batches = batches(run, RunMode.PLAIN, BatchTime.unlocked());
      Round round =
          batches
              .pending()
              .without(
                  stage(run.folder(), RunMode.PLAIN, folder.newRungs(Instant.now()))
                      .begin(rows, found.lookup()));
      BatchWork work = work(batches, round, rows, folder);
      return planning()
          .planOnly(
              new Found(found.deduped(), round.lookup()),
              rows,
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
  public List<Row> preview(int rows) {
    return route(render(load()))
        .select(
            col(RenderStage.PROMPT).getField(Columns.MESSAGES).as(Columns.MESSAGES),
            col(RenderStage.PROMPT).getField(Columns.ERROR_MESSAGE).as(Columns.ERROR_MESSAGE),
            col(RouteStage.MODEL))
        .limit(rows)
        .collectAsList();
  }

  /**
   * Reads the input's columns and judges all that can be judged without a call.
   *
   * @throws InvalidInputException on the first thing that does not fit
   */
  public void check() throws IOException {
    Dataset<Row> input = require(load());
    route(render(input));
    checkFolders();
    console.say(
        "input: " + input.columns().length + " columns: " + String.join(", ", input.columns()));
  }

  /** What rules and checks say of the input's columns is found wrong before anything is paid. */
  private Dataset<Row> require(Dataset<Row> input) {
    delivery.require(input);
    return rungs.require(input);
  }

  private Dataset<Row> load() {
    List<String> parsed = ParsedColumn.names(spec.prompt().responseSchema());
    return new LoadStage(spark, spec.input(), spec.output().prefix(), parsed).apply();
  }

  private Dataset<Row> render(Dataset<Row> input) {
    return new RenderStage(
            new RenderStage.PromptSource(
                setup.templates().system(),
                setup.templates().user(),
                spec.prompt().messages(),
                setup.optimizer()))
        .apply(input);
  }

  private Dataset<Row> route(Dataset<Row> prompts) {
    RouteStage stage = new RouteStage(spec.routing(), spec.firstModels().iterator().next());
    return new ContextGuard(setup.models()).apply(stage.apply(prompts));
  }

  /**
   * @param path of the rounds, of this execution only
   */
  private RungStage stage(RunFolder folder, RunMode mode, String path) {
    return rungs.stage(
        new RungStage.Serving(serving(folder), folder.runId(), mode.retryPermanent()), path);
  }

  private void checkFolders() throws IOException {
    RunBudget.requireKept(setup);
    PublishStage.check(spec.output(), hadoop);
    if (store.isNew()) {
      console.say("store: " + spec.store().path() + " is NEW");
    }
    proveWritable("store.path", spec.store().path());
    proveWritable("output.path", spec.output().path());
    proveWritable("runs.path", spec.runs().path());
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

  private Requests reread(OpenRun run, RunMode mode) throws IOException, InterruptedException {
    RunFolder folder = run.folder();
    writeSetup(folder);
    Dataset<Row> rows = pinned(folder);
    Found found = lookup(run, mode).apply(rows, null, folder.newRequests(Instant.now()));
    run.requirePinned(found.deduped().counts());
    return new Requests(rows, found);
  }

  /** The rows as an earlier execution read them. */
  private Dataset<Row> pinned(RunFolder folder) {
    Dataset<Row> rows = spark.read().parquet(folder.rows());
    require(RungWiring.input(rows));
    return rows;
  }

  /** Nothing is left of a run whose input turned out to be of no use. */
  private Requests begin(OpenRun run, RunMode mode) throws IOException, InterruptedException {
    RunFolder folder = run.folder();
    try {
      writeSetup(folder);
      Dataset<Row> rows = link(folder, mode);
      String requests = folder.newRequests(Instant.now());
      Found found = lookup(run, mode).apply(rows, spec.input().id(), requests);
      run.writePlan(found.deduped().counts(), hadoop);
      return new Requests(rows, found);
    } catch (InvalidInputException e) {
      folder.delete(hadoop);
      if (!mode.isLimited()) {
        CurrentRun.clear(spec.store().path(), spec.name(), hadoop);
      }
      throw e;
    }
  }

  private void writeSetup(RunFolder folder) throws IOException {
    folder.write(RunFolder.JOB, setup.resolvedYaml(), hadoop);
    folder.writePrices(setup.prices().yaml(), Instant.now(), hadoop);
  }

  private Dataset<Row> link(RunFolder folder, RunMode mode) {
    Dataset<Row> input = require(load());
    Dataset<Row> routed =
        route(render(input)); // the model is chosen here: it is part of the fingerprint
    return new LinkStage(rungs.fingerprinters(), Sampling.of(spec, mode), folder.rows())
        .apply(routed, Arrays.asList(input.columns()));
  }

  private StoreLookupStage lookup(OpenRun run, RunMode mode) {
    return new StoreLookupStage(serving(run.folder()), run, mode.retryPermanent());
  }

  /** The store as the run may use it. */
  private CompletionStore serving(RunFolder folder) {
    BigDecimal days = spec.store().maxAgeDays();
    return days == null ? store : store.notOlderThan(folder.startedAt().minus(ofDays(days)));
  }

  private static Duration ofDays(BigDecimal days) {
    return Duration.ofMillis(
        days.multiply(BigDecimal.valueOf(Duration.ofDays(1).toMillis())).longValue());
  }

  private BatchStage batches(OpenRun run, RunMode mode, BatchTime time) throws IOException {
    Shards none = new Shards("", 0, 0);
    return new BatchStage(
        spark,
        setup,
        new BatchStage.Place(run.folder(), mode.waits()),
        new SettingsWiring(setup, store, spark.sparkContext()).settings(run, none, false),
        time,
        console);
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
    return spark.sparkContext().defaultParallelism();
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
    RunBudget budget = wiring().budget(execution.run(), /* counts= */ true);
    return execution.batches().submit(work.batch(), budget);
  }

  private Paid call(Paid before, Execution execution, Shards shards)
      throws IOException, InterruptedException {
    boolean isFirst = before.isNothing() && execution.batches().pending().count() == 0;
    boolean isBegun = !isFirst || execution.run().adopted().isPresent();
    try {
      return new RealtimeStage(
              JavaSparkContext.fromSparkContext(spark.sparkContext()),
              wiring().settings(execution.run(), shards, isBegun),
              execution.watch())
          .pay(shards);
    } catch (RunInterruptedException e) {
      if (isFirst) {
        throw e;
      }
      String why = String.valueOf(e.getMessage());
      return Paid.stopped(new StopSignal.Cause(FailureKind.NOT_ATTEMPTED, why));
    }
  }

  private SettingsWiring wiring() {
    return new SettingsWiring(setup, store, spark.sparkContext());
  }

  private JoinBackStage joinBack(RunFolder folder) {
    List<ModelSettings> models = setup.models().stream().map(JobSetup.Model::settings).toList();
    return new JoinBackStage(serving(folder), folder.runId(), models, spec.output().prefix())
        .parsing(spec.prompt().responseSchema());
  }

  /** What is there while batches are waited for. */
  private void publishSoFar(Execution execution, Turn turn, RunPlan plan) throws IOException {
    Finished soFar = publish(execution, turn, plan);
    console.say(
        "%,d of %,d rows have an answer: %s; waiting for batches"
            .formatted(soFar.summary().succeeded(), soFar.summary().rows(), soFar.resultsPath()));
  }

  private Finished publish(Execution execution, Turn turn, RunPlan plan) throws IOException {
    RunFolder folder = execution.run().folder();
    BatchStage batches = execution.batches();
    Paid paid = turn.paid();
    InDoubt inDoubt = store.inDoubt(folder.runId());
    JoinBackStage joinBack =
        joinBack(folder).stoppedBy(paid.stop()).withPending(batches.pending().fingerprints());
    Outcome outcome =
        rungs.join(joinBack, turn.stage(), turn.requests().found(), turn.round(), paid);
    RunFigures figures =
        new RunFigures(
            turn.deduped(),
            turn.requests().found().lookup(),
            paid,
            batches.pending().count(),
            inDoubt,
            planning().firstEstimate(execution.run(), plan),
            outcome.figures(),
            execution.startedNanos());
    Finished finished = publish(outcome.rows(), figures, folder, execution.mode());
    boolean isComplete = figures.isComplete() && !execution.mode().isLimited();
    new RunReport(spark, spec, store, console)
        .write(
            folder,
            finished,
            outcome.rows().schema(),
            batches.history(),
            isComplete ? Completeness.COMPLETE : Completeness.PARTIAL);
    if (isComplete) {
      batches.forget();
    }
    return finished;
  }

  private Finished publish(Dataset<Row> results, RunFigures figures, RunFolder folder, RunMode mode)
      throws IOException {
    boolean isComplete = figures.isComplete() && !mode.isLimited();
    PublishStage publish = new PublishStage(spec.output(), folder.runId(), hadoop);
    TallyStage tally = new TallyStage(spec.output().prefix());
    TallyStage.RowTally rows;
    String place;
    try {
      rows = tally.rows(spark.read().parquet(publish.stage(results)));
      figures.requireEveryRow(rows.rows());
      place = isComplete ? publish.publishComplete() : publish.publishPartial();
    } finally {
      publish.discardStaged();
    }
    RunSummary summary =
        figures.summarize(
            folder.runId(),
            rows,
            tally.entries(store.entriesOf(folder.runId())),
            spec.failures().toleratedFraction(),
            spec.budget().maxUsd());
    folder.write(RunFolder.SUMMARY, summary.toJson(), hadoop);
    if (isComplete) {
      CurrentRun.clear(spec.store().path(), spec.name(), hadoop);
      new RunRetention(Duration.ofDays(spec.runs().keepDays()), hadoop)
          .apply(spec.runs().path(), Instant.now());
    }
    return new Finished(summary, place, folder.path());
  }

  /** The messages of a previewed row. */
  public static List<Message> messages(Row previewed) {
    return RowCodec.messages(previewed, 0);
  }
}

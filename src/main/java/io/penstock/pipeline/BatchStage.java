package io.penstock.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.input_file_name;
import static org.apache.spark.sql.functions.substring_index;
import static org.apache.spark.sql.functions.udf;

import io.penstock.batch.BatchDelivery;
import io.penstock.batch.BatchDelivery.Deadline;
import io.penstock.batch.BatchIntent;
import io.penstock.batch.BatchKeys;
import io.penstock.batch.BatchLedger;
import io.penstock.batch.BatchLedger.Ended;
import io.penstock.batch.BatchStoppedException;
import io.penstock.batch.Desk;
import io.penstock.batch.PendingBatch;
import io.penstock.config.JobSpec;
import io.penstock.config.JobSpec.BatchSpec;
import io.penstock.config.JobSpec.DeliverySpec;
import io.penstock.config.JobSpec.LimitSpec;
import io.penstock.domain.Fingerprint;
import io.penstock.inference.StopSignal;
import io.penstock.lake.Columns;
import io.penstock.pipeline.CutTask.Cut;
import io.penstock.pipeline.CutTask.Most;
import io.penstock.pipeline.CutTask.Part;
import io.penstock.pipeline.CutTask.Report;
import io.penstock.pipeline.DeliveryStage.Split;
import io.penstock.pipeline.RealtimeStage.Paid;
import io.penstock.pipeline.RungStage.Round;
import io.penstock.pipeline.RuntimeSettings.Model;
import io.penstock.pipeline.ShardStage.Shards;
import io.penstock.pipeline.StoreLookupStage.Lookup;
import io.penstock.provider.BatchLimits;
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
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * A run's requests on their way through the providers' Batch APIs: cut, sent, waited for and
 * brought into the store, by the ledger that other executions read. See {@link BatchDelivery}.
 */
final class BatchStage {
  private static final StructType REQUESTS =
      new StructType()
          .add("id", DataTypes.StringType)
          .add("tokens", DataTypes.LongType)
          .add("hash", DataTypes.LongType);

  /** The batch's key. */
  private static final String KEY = "batch_key";

  private static final UDF1<String, byte[]> TO_FINGERPRINT = id -> Fingerprint.parse(id).toBytes();

  /** Batches that a task cuts, one after the other: fewer are left half full then. */
  private static final int BATCHES_PER_TASK = 4;

  /** A provider counts bytes and requests as it likes. */
  private static final double USED = 0.95;

  /** The longest time before the deadline that is kept for calls. */
  private static final Duration MARGIN = Duration.ofMinutes(30);

  private final SparkSession spark;
  private final JobSetup setup;
  private final Place place;
  private final RuntimeSettings settings;
  private final BatchLedger ledger;
  private final BatchDelivery delivery;
  private final BatchTime time;

  /** Requests of ours in batches, by the batches' keys, as far as they were looked for. */
  private final Map<String, Long> overlaps = new HashMap<>();

  /**
   * @param isWaiting whether the execution waits for batches
   */
  record Place(RunFolder folder, boolean isWaiting) {}

  BatchStage(
      SparkSession spark,
      JobSetup setup,
      Place place,
      RuntimeSettings settings,
      BatchTime time,
      RunConsole console) {
    this.spark = spark;
    this.setup = setup;
    this.place = place;
    this.settings = settings;
    this.time = time;
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    ledger = new BatchLedger(setup.spec().store().path(), hadoop);
    delivery =
        new BatchDelivery(
            new Desk(
                ledger,
                new BatchProviders(setup, settings, hadoop),
                new BatchCarrier(JavaSparkContext.fromSparkContext(spark.sparkContext()), settings),
                rules(),
                time.ofDelivery(),
                console::say));
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

  /** Takes in what has ended since the last execution, whatever the job's rules say now. */
  Paid resume() throws IOException, InterruptedException {
    return doing(delivery::resume);
  }

  /** Ends all of the job's batches and takes in what they have answered. */
  Paid cancelAll() throws IOException, InterruptedException {
    return doing(
        () -> {
          delivery.resume();
          delivery.cancelAll();
          delivery.await(Deadline.NONE, batch -> false);
        });
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

  private static Paid doing(Step step) throws IOException, InterruptedException {
    try {
      step.run();
      return Paid.NOTHING;
    } catch (BatchStoppedException e) {
      return Paid.stopped(new StopSignal.Cause(e.kind(), String.valueOf(e.getMessage())));
    }
  }

  /** Without what batches hold that have not ended: nobody else may ask for it. */
  Lookup withoutHeld(Lookup lookup) throws IOException {
    List<PendingBatch> batches = lookup.missCount() == 0 ? List.of() : delivery.held();
    if (batches.isEmpty()) {
      return lookup;
    }
    Dataset<Row> inBatches = requests(batches);
    lookup
        .misses()
        .join(inBatches, Columns.FINGERPRINT)
        .groupBy(KEY)
        .count()
        .collectAsList()
        .forEach(row -> overlaps.put(row.getString(0), row.getLong(1)));
    Dataset<Row> misses =
        lookup.misses().join(inBatches, new String[] {Columns.FINGERPRINT}, "left_anti");
    return new Lookup(
        misses, misses.count(), lookup.hitCount(), lookup.tornLines(), Optional.empty());
  }

  /** Fingerprints of what batches hold or are to hold; empty where there are none. */
  Optional<Dataset<Row>> pending() throws IOException {
    List<PendingBatch> pending = pendingBatches();
    return pending.isEmpty()
        ? Optional.empty()
        : Optional.of(requests(pending).select(Columns.FINGERPRINT).distinct());
  }

  /** The same for the requests of a round. */
  Round withoutHeld(Round round) throws IOException {
    return new Round(withoutHeld(round.lookup()), round.rows(), round.walks());
  }

  /** Requests that were found in batches. */
  long held() {
    return overlaps.values().stream().mapToLong(Long::longValue).sum();
  }

  /** What is to be called, and what goes into batches. */
  Split split(Round round) throws IOException {
    List<DeliverySpec> specs = isRealtimeOnly() ? List.of() : setup.spec().delivery();
    Split split = new DeliveryStage(specs, setup.models()).split(round);
    return isExhausted() ? split.withoutBatch() : split;
  }

  private List<PendingBatch> pendingBatches() throws IOException {
    return ledger.open().stream().filter(batch -> isOurs(batch) || isWanted(batch)).toList();
  }

  private boolean isOurs(PendingBatch batch) {
    return batch.intent().job().equals(setup.spec().name());
  }

  private boolean isWanted(PendingBatch batch) {
    return overlaps.containsKey(batch.key());
  }

  private Dataset<Row> requests(List<PendingBatch> batches) {
    String[] files =
        batches.stream().map(batch -> ledger.requests(batch).toString()).toArray(String[]::new);
    return spark
        .read()
        .schema(REQUESTS)
        .csv(files)
        .select(
            udf(TO_FINGERPRINT, DataTypes.BinaryType).apply(col("id")).as(Columns.FINGERPRINT),
            substring_index(substring_index(input_file_name(), "/", -2), "/", 1).as(KEY));
  }

  /**
   * Whether requests that rules would deliver in batches are called instead: the provider takes
   * none, the deadline is near, or the job wants it of what a batch left.
   */
  boolean isRealtimeOnly() throws IOException {
    List<Ended> ended = delivery.ended();
    boolean isLeft = ended.stream().anyMatch(one -> one.end().remaining() > 0);
    return ended.stream().anyMatch(one -> one.end().unusable())
        || (isLeft && setup.spec().batch().onExpiry().equals("realtime"))
        || deadline().isNear(time.now());
  }

  /** Whether the run has asked in batches as often as a request may be asked. */
  boolean isExhausted() throws IOException {
    return round() > setup.spec().retry().maxAttempts();
  }

  private int round() throws IOException {
    return 1
        + delivery.ended().stream()
            .filter(one -> one.end().remaining() > 0)
            .mapToInt(one -> one.batch().intent().round())
            .max()
            .orElse(0);
  }

  /**
   * Cuts requests into batches and sends those that the providers' queues have room for.
   *
   * @param left of the budget; null: there is none
   * @return stopped where money did not suffice for all, or the account was refused
   */
  Paid submit(Shards requests, @Nullable RunBudget budget)
      throws IOException, InterruptedException {
    if (requests.requests() == 0) {
      return Paid.NOTHING;
    }
    List<PendingBatch> cut = new ArrayList<>();
    BigDecimal left = budget == null ? null : budget.left();
    int round = round();
    long tooDear = 0;
    for (Model model : settings.models()) {
      Optional<BatchLimits> limits = delivery.limits(target(model));
      if (limits.isPresent()) {
        for (Report report : cut(model, requests, most(model, limits.get(), left))) {
          tooDear += report.tooDear();
          for (Cut one : report.cuts()) {
            cut.add(intended(model, one, round));
            left = left == null ? null : left.subtract(worst(one));
          }
        }
      }
    }
    Paid sent = doing(() -> delivery.submit(cut));
    return tooDear == 0 || budget == null ? sent : sent.then(Paid.stopped(budget.usedUp()));
  }

  private static BigDecimal worst(Cut cut) {
    return cut.worstUsd() == null ? BigDecimal.ZERO : cut.worstUsd();
  }

  private static BatchIntent.Target target(Model model) {
    return new BatchIntent.Target(
        model.settings().endpoint().identity(),
        model.settings().requestModel(),
        model.limits().account());
  }

  private Most most(Model model, BatchLimits limits, @Nullable BigDecimal left) throws IOException {
    BatchSpec spec = setup.spec().batch();
    int requests =
        spec.maxRequests() == null
            ? limits.maxRequests()
            : Math.min(spec.maxRequests(), limits.maxRequests());
    long bytes =
        spec.maxBytes() == null ? limits.maxBytes() : Math.min(spec.maxBytes(), limits.maxBytes());
    OptionalLong tokens = delivery.mostTokens(model.limits().account());
    return new Most(
        Math.max(1, (int) (requests * USED)),
        Math.max(1, (long) (bytes * USED)),
        tokens.isPresent() ? tokens.getAsLong() : null,
        left);
  }

  /** One task where the money has to be shared out. */
  private List<Report> cut(Model model, Shards requests, Most most) {
    long perTask = (long) BATCHES_PER_TASK * most.requests();
    int tasks =
        most.usd() == null
            ? (int) Math.min(requests.count(), 1 + requests.requests() / perTask)
            : 1;
    List<Part> parts =
        IntStream.range(0, tasks)
            .mapToObj(
                task ->
                    new Part(
                        model.settings().name(),
                        IntStream.range(0, requests.count())
                            .filter(shard -> shard % tasks == task)
                            .boxed()
                            .toList(),
                        requests.path(),
                        most))
            .toList();
    return JavaSparkContext.fromSparkContext(spark.sparkContext())
        .parallelize(parts, tasks)
        .mapPartitions(new CutTask(settings, place.folder().newBatches(time.now())))
        .collect();
  }

  private PendingBatch intended(Model model, Cut cut, int round) throws IOException {
    requireSeen(cut);
    BatchIntent intent =
        new BatchIntent(
            new BatchIntent.Owner(setup.spec().name(), place.folder().runId(), round),
            target(model),
            cut.file(),
            new BatchIntent.Size(cut.requests(), cut.bytes()),
            cut.tokens(),
            cut.worstUsd());
    return ledger.intend(BatchKeys.next(time.now()), intent, new Path(cut.requestsFile()));
  }

  /** Whether the driver sees the run folder that the executors see. */
  private void requireSeen(Cut cut) throws IOException {
    Path file = new Path(cut.file());
    FileSystem files = file.getFileSystem(spark.sparkContext().hadoopConfiguration());
    if (!files.exists(file) || files.getFileStatus(file).getLen() != cut.bytes()) {
      throw new InvalidInputException(
          "runs.path: an executor wrote "
              + file
              + ", which the driver does not see; driver and executors need one shared folder");
    }
  }

  /** Whether batches have not ended whose answers the run needs, sent or to be sent. */
  boolean isPending() throws IOException {
    return !pendingBatches().isEmpty();
  }

  /** Whether to wait for them. */
  boolean isWaiting() throws IOException {
    return place.isWaiting() && isPending() && !deadline().isOver(time.now());
  }

  /**
   * Waits for the run's batches, which go on if it is interrupted.
   *
   * @return stopped when it was, or the account is refused
   */
  Paid await() throws IOException, InterruptedException {
    return doing(() -> delivery.await(deadline(), this::isWanted))
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

  /** Requests that are pending. */
  long pendingRequests() throws IOException {
    return pendingBatches().stream()
        .mapToLong(
            batch ->
                isOurs(batch)
                    ? batch.intent().size().requests()
                    : overlaps.getOrDefault(batch.key(), 0L))
        .sum();
  }

  /** The run is published: its batches are history. */
  void forget() throws IOException {
    ledger.forget(setup.spec().name());
  }
}

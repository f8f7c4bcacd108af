package io.penstock.pipeline;

import io.penstock.batch.BatchIntent;
import io.penstock.batch.BatchIntent.Owner;
import io.penstock.batch.BatchIntent.Size;
import io.penstock.batch.BatchIntent.Target;
import io.penstock.batch.BatchKeys;
import io.penstock.batch.BatchLedger;
import io.penstock.batch.PendingBatch;
import io.penstock.config.JobSpec.BatchSpec;
import io.penstock.pipeline.CutTask.Cut;
import io.penstock.pipeline.CutTask.Most;
import io.penstock.pipeline.CutTask.Part;
import io.penstock.pipeline.CutTask.Report;
import io.penstock.pipeline.RuntimeSettings.Model;
import io.penstock.pipeline.ShardStage.Shards;
import io.penstock.provider.BatchLimits;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;

/**
 * Cuts requests into batches, on executors, and writes each down as an intent: from then on the cut
 * is what it is.
 */
final class CutStage {
  /** Batches that a task cuts, one after the other: fewer are left half full then. */
  private static final int BATCHES_PER_TASK = 4;

  /** A provider counts bytes and requests as it likes. */
  private static final double USED = 0.95;

  private final JavaSparkContext spark;
  private final RuntimeSettings settings;
  private final BatchSpec spec;
  private final BatchLedger ledger;
  private final Limits limits;

  /** What is known of the providers' limits. */
  interface Limits {
    /** Of a batch; empty where the model has no Batch API. */
    Optional<BatchLimits> ofBatch(Target target);

    /** Tokens that a queue holds; empty where that is not known. */
    OptionalLong ofQueue(String accountModel) throws IOException;
  }

  CutStage(
      JavaSparkContext spark,
      RuntimeSettings settings,
      BatchSpec spec,
      BatchLedger ledger,
      Limits limits) {
    this.spark = spark;
    this.settings = settings;
    this.spec = spec;
    this.ledger = ledger;
    this.limits = limits;
  }

  /**
   * @param tooDear requests that were left out for want of money
   */
  record Batches(List<PendingBatch> cut, long tooDear) {}

  /**
   * @param folder for the batches' files, of its own
   * @param left what all of them can cost at the most; null: anything
   * @throws InvalidInputException when the driver does not see what the executors wrote
   */
  Batches apply(Shards requests, Owner owner, String folder, @Nullable BigDecimal left)
      throws IOException {
    List<PendingBatch> batches = new ArrayList<>();
    BigDecimal stillLeft = left;
    long tooDear = 0;
    for (Model model : settings.models()) {
      Optional<BatchLimits> ofBatch = limits.ofBatch(target(model));
      if (ofBatch.isPresent()) {
        Most most = most(model, ofBatch.get(), stillLeft);
        for (Report report : cut(model, requests, most, folder)) {
          tooDear += report.tooDear();
          for (Cut cut : report.cuts()) {
            batches.add(intended(model, cut, owner));
            stillLeft = stillLeft == null ? null : stillLeft.subtract(worst(cut));
          }
        }
      }
    }
    return new Batches(batches, tooDear);
  }

  private static BigDecimal worst(Cut cut) {
    return cut.worstUsd() == null ? BigDecimal.ZERO : cut.worstUsd();
  }

  private static Target target(Model model) {
    return new Target(
        model.settings().endpoint().identity(),
        model.settings().requestModel(),
        model.limits().account());
  }

  private Most most(Model model, BatchLimits ofBatch, @Nullable BigDecimal left)
      throws IOException {
    Integer mostRequests = spec.maxRequests();
    Long mostBytes = spec.maxBytes();
    int requests =
        mostRequests == null
            ? ofBatch.maxRequests()
            : Math.min(mostRequests, ofBatch.maxRequests());
    long bytes = mostBytes == null ? ofBatch.maxBytes() : Math.min(mostBytes, ofBatch.maxBytes());
    OptionalLong tokens = limits.ofQueue(model.limits().account());
    return new Most(
        Math.max(1, (int) (requests * USED)),
        Math.max(1, (long) (bytes * USED)),
        tokens.isPresent() ? tokens.getAsLong() : null,
        left);
  }

  /** By one task where the money has to be shared out. */
  private List<Report> cut(Model model, Shards requests, Most most, String folder) {
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
    String what = "cutting requests to " + model.settings().name() + " into batches";
    try (JobDescription description = new JobDescription(spark, what)) {
      return spark.parallelize(parts, tasks).mapPartitions(new CutTask(settings, folder)).collect();
    }
  }

  private PendingBatch intended(Model model, Cut cut, Owner owner) throws IOException {
    requireSeen(cut);
    BatchIntent intent =
        new BatchIntent(
            owner,
            target(model),
            cut.file(),
            new Size(cut.requests(), cut.bytes()),
            cut.tokens(),
            cut.worstUsd());
    return ledger.intend(BatchKeys.next(Instant.now()), intent, new Path(cut.requestsFile()));
  }

  private void requireSeen(Cut cut) throws IOException {
    Path file = new Path(cut.file());
    FileSystem files = file.getFileSystem(settings.place().hadoop().value());
    if (!files.exists(file) || files.getFileStatus(file).getLen() != cut.bytes()) {
      throw new InvalidInputException(
          "runs.path: an executor wrote "
              + file
              + ", which the driver does not see; driver and executors need one shared folder");
    }
  }
}

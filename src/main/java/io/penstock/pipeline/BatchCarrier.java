package io.penstock.pipeline;

import io.penstock.batch.Carrier;
import io.penstock.batch.PendingBatch;
import io.penstock.pipeline.HarvestTask.Harvested;
import io.penstock.progress.RunProgress;
import java.io.IOException;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;

/** A task for each batch. */
final class BatchCarrier implements Carrier {
  private final JavaSparkContext spark;
  private final RuntimeSettings settings;
  private final RunProgress progress;

  BatchCarrier(JavaSparkContext spark, RuntimeSettings settings, RunProgress progress) {
    this.spark = spark;
    this.settings = settings;
    this.progress = progress;
  }

  @Override
  public List<Sent> upload(List<PendingBatch> batches) {
    return each(batches, new BatchSendTask(settings, /* creates= */ false), "uploading");
  }

  @Override
  public List<Sent> create(List<PendingBatch> batches) {
    return each(batches, new BatchSendTask(settings, /* creates= */ true), "creating");
  }

  @Override
  public List<Harvest> harvest(List<Ripe> batches) throws IOException {
    List<Harvested> all = each(batches, new HarvestTask(settings), "bringing in");
    all.stream()
        .filter(one -> one.harvest().trouble() == null) // else it is read again
        .forEach(one -> progress.harvested(one.bought()));
    return all.stream().map(Harvested::harvest).toList();
  }

  private <T, R> List<R> each(List<T> batches, Function<T, R> task, String doing) {
    String what = doing + " " + batches.size() + " batches";
    try (JobDescription description = new JobDescription(spark, what)) {
      return spark.parallelize(batches, batches.size()).map(task).collect();
    } finally {
      RunEvents.batches(doing, batches.size());
    }
  }
}

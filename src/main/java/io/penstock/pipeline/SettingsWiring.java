package io.penstock.pipeline;

import io.penstock.batch.BatchLedger;
import io.penstock.cluster.DriverCoordinator;
import io.penstock.config.JobSpec;
import io.penstock.domain.Usd;
import io.penstock.pipeline.ShardStage.Shards;
import io.penstock.store.CompletionStore;
import java.io.IOException;
import org.apache.spark.SparkContext;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;

/** Puts together what executors need to call. */
final class SettingsWiring {
  private final JobSetup setup;
  private final JobSpec spec;
  private final CompletionStore store;
  private final SparkContext spark;

  SettingsWiring(JobSetup setup, CompletionStore store, SparkContext spark) {
    this.setup = setup;
    this.spec = setup.spec();
    this.store = store;
    this.spark = spark;
  }

  /**
   * @param isBegun whether the run may have paid something before
   */
  RuntimeSettings settings(OpenRun run, Shards shards, boolean isBegun) throws IOException {
    return new RuntimeSettings(
        new RuntimeSettings.RunPlace(
            run.folder().runId(),
            spec.name(),
            spec.store().path(),
            spec.store().sync(),
            run.folder().path(),
            shards.path(),
            setup.prices().version(),
            new SerializableConfiguration(spark.hadoopConfiguration())),
        setup.models().stream().map(this::model).toList(),
        new RuntimeSettings.Window(
            spec.concurrency().chunkSize(),
            spec.concurrency().chunkPauseMs(),
            spec.concurrency().warmUp()),
        RuntimeSettings.Retries.of(spec.retry()),
        setup.providers(),
        undriven(),
        budget(run, isBegun && shards.requests() > 0));
  }

  private RuntimeSettings.Model model(JobSetup.Model model) {
    return new RuntimeSettings.Model(
        model.settings(), model.price(), LimitWiring.limits(model, spec.concurrency()));
  }

  /** Null where the driver governs the executors. */
  private RuntimeSettings.@Nullable Undriven undriven() {
    return DriverCoordinator.current().isPresent()
        ? null
        : new ForeignSession(spark, spec.limitsWithoutPlugin()).divide(setup);
  }

  /**
   * @param counts whether the run may have paid something before; else that is not looked for
   * @return null where the job has none
   */
  @Nullable RunBudget budget(OpenRun run, boolean counts) throws IOException {
    if (spec.budget().maxUsd() == null) {
      return null;
    }
    BatchLedger batches = new BatchLedger(spec.store().path(), spark.hadoopConfiguration());
    Usd spent = counts ? RunBudget.spent(store, batches, run.folder().runId()) : Usd.ZERO;
    return new RunBudget(new Usd(spec.budget().maxUsd()), spent);
  }
}

package io.penstock.pipeline;

import io.penstock.pipeline.StoreLookupStage.Found;
import io.penstock.pricing.CostEstimate;
import io.penstock.report.ConsolePlan;
import io.penstock.report.RunPlan;
import io.penstock.store.CompletionStore;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Plans a run, tells people, and keeps what was told. */
final class Planning {
  private final JobSetup setup;
  private final CompletionStore store;
  private final RunConsole console;
  private final SparkContext spark;

  Planning(JobSetup setup, CompletionStore store, RunConsole console, SparkContext spark) {
    this.setup = setup;
    this.store = store;
    this.console = console;
    this.spark = spark;
  }

  /** Of a run that is about to call. */
  RunPlan plan(OpenRun run, Found found, Dataset<Row> rows, PlannedMisses misses)
      throws IOException {
    RunPlan plan = stage().apply(found, misses, rows);
    say(run.folder(), plan);
    if (run.adopted().isEmpty()) { // before anything is paid
      run.folder().write(RunFolder.PLAN, plan.toJson(), hadoop());
    }
    return plan;
  }

  /** Of a run that will not be begun now: looks at the store's answers in any case. */
  RunPlan planOnly(Found found, Dataset<Row> rows, PlannedMisses misses) throws IOException {
    return stage().applyThoroughly(found, misses, rows);
  }

  /** What was estimated before the run's first call. */
  CostEstimate firstEstimate(OpenRun run, RunPlan plan) throws IOException {
    return run.adopted().isEmpty()
        ? plan.estimateUsd()
        : run.firstEstimate(hadoop()).orElse(plan.estimateUsd());
  }

  private PlanStage stage() {
    return new PlanStage(setup, store, executors());
  }

  private Configuration hadoop() {
    return spark.hadoopConfiguration();
  }

  private void say(RunFolder folder, RunPlan plan) {
    console.say(
        String.format(
            "run %s: %,d rows, %,d without a prompt, %,d distinct requests, %,d in the store, %,d"
                + " to call",
            folder.runId(),
            plan.rows(),
            plan.invalid(),
            plan.distinct(),
            plan.cached(),
            plan.toCall()));
    ConsolePlan.lines(plan).forEach(console::say);
  }

  /** As many as there will be at the most. */
  private int executors() {
    SparkConf settings = spark.getConf();
    int now =
        Math.max(1, spark.statusTracker().getExecutorInfos().length - (spark.isLocal() ? 0 : 1));
    int wanted =
        settings.getBoolean("spark.dynamicAllocation.enabled", false)
            ? settings.getInt("spark.dynamicAllocation.maxExecutors", now)
            : settings.getInt("spark.executor.instances", now);
    return Math.max(now, wanted);
  }
}

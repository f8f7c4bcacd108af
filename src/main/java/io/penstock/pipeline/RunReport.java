package io.penstock.pipeline;

import io.penstock.config.JobSpec;
import io.penstock.pipeline.PromptJob.Finished;
import io.penstock.pipeline.ReportStage.Completeness;
import io.penstock.report.BatchTimes;
import io.penstock.report.ReportFigures;
import io.penstock.store.CompletionStore;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** Writes a published run's report into its folder. */
final class RunReport {
  private final SparkSession spark;
  private final JobSpec spec;
  private final CompletionStore store;
  private final RunConsole console;
  private final Configuration hadoop;

  RunReport(SparkSession spark, JobSpec spec, CompletionStore store, RunConsole console) {
    this.spark = spark;
    this.spec = spec;
    this.store = store;
    this.console = console;
    this.hadoop = spark.sparkContext().hadoopConfiguration();
  }

  /**
   * Whatever becomes of it, the run is published.
   *
   * @param results of which the published rows are
   * @param batches of the run, those that have ended too
   */
  void write(
      RunFolder folder,
      Finished finished,
      StructType results,
      List<BatchTimes> batches,
      Completeness completeness) {
    boolean isAsked = finished.summary().called() + finished.summary().batched() > 0;
    try {
      ReportFigures figures =
          new ReportStage(spec)
              .apply(
                  spark.read().schema(results).parquet(finished.resultsPath()),
                  isAsked ? Optional.of(store.entriesOf(folder.runId())) : Optional.empty(),
                  () -> spark.read().parquet(folder.rows()),
                  completeness);
      folder.write(ReportFolder.FIGURES, figures.toJson(), hadoop);
      folder.write(ReportFolder.BATCHES, BatchTimes.toJson(batches), hadoop);
      new ReportFolder(folder.path(), hadoop).draw();
    } catch (IOException | RuntimeException e) {
      console.say("warning: the report could not be written: " + e.getMessage());
    }
  }
}

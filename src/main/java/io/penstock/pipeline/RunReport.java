package io.penstock.pipeline;

import io.penstock.config.JobSpec;
import io.penstock.pipeline.ReportStage.Completeness;
import io.penstock.report.BatchTimes;
import io.penstock.report.ReportFigures;
import io.penstock.store.CompletionStore;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

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
   * @param results path of the rows, complete or so far
   * @param batches of the run, those that have ended too
   */
  void write(
      RunFolder folder, String results, List<BatchTimes> batches, Completeness completeness) {
    try {
      ReportFigures figures =
          new ReportStage(spec)
              .apply(
                  spark.read().parquet(results),
                  store.entriesOf(folder.runId()),
                  spark.read().parquet(folder.rows()),
                  completeness);
      folder.write(ReportFolder.FIGURES, figures.toJson(), hadoop);
      folder.write(ReportFolder.BATCHES, BatchTimes.toJson(batches), hadoop);
      new ReportFolder(folder.path(), hadoop).draw();
    } catch (IOException e) {
      console.say("warning: the report could not be written: " + e.getMessage());
    }
  }
}

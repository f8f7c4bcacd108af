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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a published run's report into its folder. */
final class RunReport {
  private static final Logger LOG = LoggerFactory.getLogger(RunReport.class);

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

  /** Gives what is of the run's batches, those that have ended too. */
  @FunctionalInterface
  interface Batches {
    List<BatchTimes> get() throws IOException;
  }

  /**
   * Whatever becomes of it, the run is published: what goes wrong is said.
   *
   * @param results of which the published rows are
   * @return the page; null where it could not be written
   */
  @Nullable String write(
      RunFolder folder,
      Finished finished,
      StructType results,
      Batches batches,
      Completeness completeness) {
    boolean isAsked = finished.summary().called() + finished.summary().batched() > 0;
    try {
      ReportFolder page = new ReportFolder(folder.path(), hadoop);
      page.clear();
      ReportFigures figures =
          new ReportStage(spec)
              .apply(
                  spark.read().schema(results).parquet(finished.resultsPath()),
                  isAsked ? Optional.of(store.entriesOf(folder.runId())) : Optional.empty(),
                  () -> spark.read().parquet(folder.rows()),
                  completeness);
      folder.write(ReportFolder.FIGURES, figures.toJson(), hadoop);
      folder.write(ReportFolder.BATCHES, BatchTimes.toJson(batches.get()), hadoop);
      return page.draw();
    } catch (Exception e) { // Spark throws checked exceptions that Scala does not declare
      LOG.warn("The report could not be written", e);
      console.say("warning: the report could not be written: " + e.getClass().getSimpleName());
      return null;
    }
  }
}

package io.penstock.pipeline;

import io.penstock.config.JobSpec;
import io.penstock.domain.ModelSettings;
import io.penstock.pipeline.RealtimeStage.Paid;
import io.penstock.pipeline.ReportStage.Completeness;
import io.penstock.pipeline.RungWiring.Outcome;
import io.penstock.pricing.CostEstimate;
import io.penstock.report.RunSummary;
import io.penstock.store.CompletionStore;
import io.penstock.store.CurrentRun;
import io.penstock.store.InDoubt;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Joins a run's rows with what the store has for them, and publishes them with their figures. */
final class ResultsStage {
  private final SparkSession spark;
  private final JobSetup setup;
  private final JobSpec spec;
  private final RungWiring rungs;
  private final JobStore serving;
  private final CompletionStore store;
  private final RunConsole console;
  private final Configuration hadoop;

  ResultsStage(
      SparkSession spark, JobSetup setup, RungWiring rungs, JobStore store, RunConsole console) {
    this.spark = spark;
    this.setup = setup;
    this.spec = setup.spec();
    this.rungs = rungs;
    this.serving = store;
    this.store = store.all();
    this.console = console;
    this.hadoop = spark.sparkContext().hadoopConfiguration();
  }

  /**
   * What a run brought so far; complete where nothing is left to do.
   *
   * @param estimate made before the run's first call
   */
  PromptJob.Finished publish(Execution execution, Turn turn, CostEstimate estimate)
      throws IOException {
    RunFolder folder = execution.folder();
    BatchStage batches = execution.batches();
    Paid paid = turn.paid();
    InDoubt inDoubt = store.inDoubt(folder.runId());
    JoinBackStage joinBack =
        joinBack(folder).stoppedBy(paid.stop()).withPending(batches.pending().fingerprints());
    Outcome outcome =
        rungs.join(joinBack, turn.rounds(), turn.requests().found(), turn.round(), paid);
    RunFigures figures =
        new RunFigures(
            turn.deduped(),
            turn.requests().found().lookup(),
            paid,
            batches.pending().count(),
            inDoubt,
            estimate,
            outcome.figures(),
            execution.startedNanos());
    execution.progress().write();
    PromptJob.Finished finished = publish(outcome.rows(), figures, folder, execution.mode());
    boolean isComplete = figures.isComplete() && !execution.mode().isLimited();
    String report =
        new RunReport(spark, spec, store, console)
            .write(
                folder,
                finished,
                outcome.rows().schema(),
                batches::history,
                isComplete ? Completeness.COMPLETE : Completeness.PARTIAL);
    if (isComplete) {
      batches.forget();
    }
    return finished.with(report);
  }

  private PromptJob.Finished publish(
      Dataset<Row> results, RunFigures figures, RunFolder folder, RunMode mode) throws IOException {
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
    RunEvents.published(summary, place);
    if (isComplete) {
      CurrentRun.clear(spec.store().path(), spec.name(), hadoop);
      new RunRetention(Duration.ofDays(spec.runs().keepDays()), hadoop)
          .apply(spec.runs().path(), Instant.now());
    }
    return new PromptJob.Finished(summary, place, folder.path(), null);
  }

  private JoinBackStage joinBack(RunFolder folder) {
    List<ModelSettings> models = setup.models().stream().map(JobSetup.Model::settings).toList();
    return new JoinBackStage(
            serving.serving(folder), folder.runId(), models, spec.output().prefix())
        .parsing(spec.prompt().responseSchema());
  }
}

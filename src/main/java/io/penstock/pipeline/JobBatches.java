package io.penstock.pipeline;

import io.penstock.domain.FailureKind;
import io.penstock.pipeline.RealtimeStage.Paid;
import io.penstock.pipeline.ShardStage.Shards;
import io.penstock.progress.RunProgress;
import io.penstock.store.CompletionStore;
import io.penstock.store.CurrentRun;
import io.penstock.store.JobLock;
import io.penstock.store.LockHeldException;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/** A job's batches that have not ended, without its run. */
public final class JobBatches {
  private final SparkSession spark;
  private final JobSetup setup;
  private final RunConsole console;
  private final Configuration hadoop;
  private final CompletionStore store;

  public JobBatches(SparkSession spark, JobSetup setup, RunConsole console) {
    this.spark = spark;
    this.setup = setup;
    this.console = console;
    this.hadoop = spark.sparkContext().hadoopConfiguration();
    this.store = new CompletionStore(spark, setup.spec().store().path());
  }

  /**
   * A line for each, as its provider shows it now. Changes nothing.
   *
   * @throws InvalidInputException when a provider refuses the account
   */
  public List<String> list() throws IOException, InterruptedException {
    return stage(run(), BatchTime.unlocked()).look();
  }

  /**
   * Asks for their end, waits for it and brings into the store what they have answered; their
   * requests are misses again. Takes the job's lock.
   *
   * @return requests that are still in batches, where the wait was interrupted
   * @throws InvalidInputException when an execution of the job is under way, or a provider refuses
   *     the account
   */
  public long cancel(RunInterrupt interrupt) throws IOException, InterruptedException {
    try (JobLock lock = JobLock.take(setup.spec().store().path(), setup.spec().name(), hadoop)) {
      RunFolder run = run();
      lock.runs(run.runId());
      lock.onLost(() -> interrupt.interrupt("another execution took the job's lock"));
      BatchStage batches = stage(run, new BatchTime(interrupt, lock));
      refuse(batches.cancelAll());
      return batches.open();
    } catch (LockHeldException e) {
      throw new InvalidInputException(String.valueOf(e.getMessage()));
    }
  }

  private static void refuse(Paid paid) {
    paid.stop()
        .filter(cause -> cause.kind() != FailureKind.NOT_ATTEMPTED)
        .ifPresent(
            cause -> {
              throw new InvalidInputException(cause.kind() + ": " + cause.message());
            });
  }

  /** The job's unpublished run; where there is none a name to write the journal under. */
  private RunFolder run() throws IOException {
    Optional<CurrentRun> current =
        CurrentRun.find(setup.spec().store().path(), setup.spec().name(), hadoop);
    return current
        .map(run -> new RunFolder(run.runPath(), run.runId()))
        .orElseGet(() -> RunFolder.create(setup.spec().runs().path(), Instant.now()));
  }

  private BatchStage stage(RunFolder run, BatchTime time) throws IOException {
    OpenRun open = new OpenRun(run, Optional.empty());
    return new BatchStage(
        spark,
        setup,
        new BatchStage.Place(run, /* isWaiting= */ true),
        new SettingsWiring(setup, store, spark.sparkContext())
            .settings(open, new Shards("", 0, 0), false),
        time,
        new BatchStage.Told(
            console,
            new RunProgress(setup.spec().name(), RunProgress.Sources.SILENT, System::nanoTime)));
  }
}

package io.penstock.pipeline;

import io.penstock.config.JobSpec;
import io.penstock.pipeline.StoreLookupStage.Found;
import io.penstock.store.CurrentRun;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** A run's rows, read once and kept in its folder, and what the store has of their requests. */
final class RunRows {
  private static final String LOOKING = "looking for answers in the store";

  private final SparkSession spark;
  private final JobSetup setup;
  private final JobSpec spec;
  private final JobInput input;
  private final RungWiring rungs;
  private final JobStore store;
  private final Stages stages;
  private final Configuration hadoop;

  RunRows(
      SparkSession spark,
      JobSetup setup,
      JobInput input,
      RungWiring rungs,
      JobStore store,
      Stages stages) {
    this.spark = spark;
    this.setup = setup;
    this.spec = setup.spec();
    this.input = input;
    this.rungs = rungs;
    this.store = store;
    this.stages = stages;
    this.hadoop = spark.sparkContext().hadoopConfiguration();
  }

  /** The run's rows, and the requests that they make. */
  record Requests(Dataset<Row> rows, Found found) {}

  /** Nothing is left of a run whose input turned out to be of no use. */
  Requests begin(OpenRun run, RunMode mode) throws IOException, InterruptedException {
    RunFolder folder = run.folder();
    try {
      writeSetup(folder);
      Dataset<Row> rows = link(folder, mode);
      String requests = folder.newRequests(Instant.now());
      try (StageScope stage = stages.begin("lookup", LOOKING)) {
        Found found = lookup(run, mode).apply(rows, spec.input().id(), requests);
        run.writePlan(found.deduped().counts(), hadoop);
        return new Requests(rows, found);
      }
    } catch (InvalidInputException e) {
      folder.delete(hadoop);
      if (!mode.isLimited()) {
        CurrentRun.clear(spec.store().path(), spec.name(), hadoop);
      }
      throw e;
    }
  }

  /** Of a run that was begun before. */
  Requests reread(OpenRun run, RunMode mode) throws IOException, InterruptedException {
    RunFolder folder = run.folder();
    writeSetup(folder);
    Dataset<Row> rows = pinned(folder);
    try (StageScope stage = stages.begin("lookup", LOOKING)) {
      Found found = lookup(run, mode).apply(rows, null, folder.newRequests(Instant.now()));
      run.requirePinned(found.deduped().counts());
      return new Requests(rows, found);
    }
  }

  /** The rows as an earlier execution read them. */
  Dataset<Row> pinned(RunFolder folder) {
    Dataset<Row> rows = spark.read().parquet(folder.rows());
    input.require(RungWiring.input(rows));
    return rows;
  }

  private void writeSetup(RunFolder folder) throws IOException {
    folder.write(RunFolder.JOB, setup.resolvedYaml(), hadoop);
    folder.writePrices(setup.prices().yaml(), Instant.now(), hadoop);
  }

  Dataset<Row> link(RunFolder folder, RunMode mode) {
    try (StageScope stage = stages.begin("link", "reading rows and making their prompts")) {
      Dataset<Row> read = input.require(input.load());
      return new LinkStage(rungs.fingerprinters(), Sampling.of(spec, mode), folder.rows())
          .apply(input.prompts(read), Arrays.asList(read.columns()));
    }
  }

  StoreLookupStage lookup(OpenRun run, RunMode mode) {
    return new StoreLookupStage(store.serving(run.folder()), run, mode.retryPermanent());
  }
}

package io.penstock.pipeline;

import io.penstock.config.JobSpec.OutputSpec;
import io.penstock.lake.Columns;
import io.penstock.lake.ParquetOptions;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Puts results where readers find them: written into a hidden folder, checked, then renamed into
 * place as a whole. A plain reader of {@code output.path} sees complete runs only.
 */
final class PublishStage {
  private static final String RUN_PREFIX = Columns.RUN_ID + "=";
  private static final String PARTIAL = "_partial";

  /** A folder, not a prefix: Spark takes {@code _old-run_id=x} for a partition. */
  private static final String OLD = "_old";

  private static final String STAGING_PREFIX = "_staging-";

  private final OutputSpec output;
  private final String runId;
  private final Configuration hadoop;

  PublishStage(OutputSpec output, String runId, Configuration hadoop) {
    this.output = output;
    this.runId = runId;
    this.hadoop = hadoop;
  }

  /**
   * Before anything is paid.
   *
   * @throws InvalidInputException when the folder holds anything but runs
   */
  static void check(OutputSpec output, Configuration hadoop) throws IOException {
    Path folder = new Path(output.path());
    FileSystem files = folder.getFileSystem(hadoop);
    if (!files.exists(folder)) {
      return;
    }
    for (FileStatus child : files.listStatus(folder)) {
      String name = child.getPath().getName();
      if (child.getPath().equals(files.makeQualified(folder))
          || !isHidden(name) && !name.startsWith(RUN_PREFIX)) {
        throw new InvalidInputException(
            "output.path "
                + output.path()
                + " holds something that is no run ("
                + name
                + "); choose another folder");
      }
    }
  }

  /** Writes the rows where no reader looks; returns their path. */
  String stage(Dataset<Row> results) throws IOException {
    discardStaged();
    results
        .write()
        .options(
            ParquetOptions.distinct(
                Columns.MOSTLY_DISTINCT.stream().map(name -> output.prefix() + name).toList()))
        .parquet(staging().toString());
    return staging().toString();
  }

  /** Takes away what was staged and not published. */
  void discardStaged() throws IOException {
    fileSystem().delete(staging().getParent(), true);
  }

  /** Takes away what the run left when it was killed or stopped. */
  void discard() throws IOException {
    discardStaged();
    fileSystem().delete(partial(), true);
  }

  /**
   * The staged rows become the run's results, unless a killed execution had put them there; in
   * overwrite mode the earlier runs go. Returns the results' path.
   */
  String publishComplete() throws IOException {
    Path place = new Path(output.path(), RUN_PREFIX + runId);
    if (!fileSystem().exists(place)) {
      moveStagedTo(place);
    }
    if (output.overwrites()) {
      removeOtherRuns(place);
    }
    fileSystem().delete(new Path(output.path(), PARTIAL), true);
    return place.toString();
  }

  /**
   * The staged rows become the rows so far of an incomplete run, hidden from plain readers. Returns
   * their path.
   */
  String publishPartial() throws IOException {
    Path place = partial();
    fileSystem().delete(place, true);
    moveStagedTo(place);
    return place.toString();
  }

  /**
   * Out of sight first, since that is one rename each; then deleted, with what a killed run left.
   */
  private void removeOtherRuns(Path kept) throws IOException {
    Path old = new Path(output.path(), OLD);
    for (FileStatus child : fileSystem().listStatus(new Path(output.path()))) {
      String name = child.getPath().getName();
      if (name.startsWith(RUN_PREFIX) && !name.equals(kept.getName())) {
        fileSystem().mkdirs(old);
        rename(child.getPath(), new Path(old, name));
      }
    }
    fileSystem().delete(old, true);
  }

  private void moveStagedTo(Path place) throws IOException {
    fileSystem().mkdirs(place.getParent());
    rename(staging(), place);
    discardStaged();
  }

  private void rename(Path from, Path to) throws IOException {
    if (!fileSystem().rename(from, to)) {
      throw new IOException("Could not move " + from + " to " + to);
    }
  }

  private Path partial() {
    return new Path(new Path(output.path(), PARTIAL), RUN_PREFIX + runId);
  }

  private Path staging() {
    return new Path(new Path(output.path(), STAGING_PREFIX + runId), "rows");
  }

  private FileSystem fileSystem() throws IOException {
    return new Path(output.path()).getFileSystem(hadoop);
  }

  private static boolean isHidden(String name) {
    return name.startsWith("_") || name.startsWith(".");
  }
}

package io.penstock.pipeline;

import java.io.IOException;
import java.time.Instant;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A run folder that is gone once it is closed. One that a kill leaves behind is deleted as run
 * folders are.
 */
final class ScratchRun implements AutoCloseable {
  private final RunFolder folder;
  private final Path runs;
  private final boolean runsWereThere;
  private final Configuration hadoop;

  private ScratchRun(RunFolder folder, Path runs, boolean runsWereThere, Configuration hadoop) {
    this.folder = folder;
    this.runs = runs;
    this.runsWereThere = runsWereThere;
    this.hadoop = hadoop;
  }

  static ScratchRun under(String runsPath, Configuration hadoop) throws IOException {
    Path runs = new Path(runsPath);
    return new ScratchRun(
        RunFolder.create(runsPath, Instant.now()),
        runs,
        runs.getFileSystem(hadoop).exists(runs),
        hadoop);
  }

  RunFolder folder() {
    return folder;
  }

  @Override
  public void close() throws IOException {
    folder.delete(hadoop);
    FileSystem files = runs.getFileSystem(hadoop);
    if (!runsWereThere && files.exists(runs) && files.listStatus(runs).length == 0) {
      files.delete(runs, false);
    }
  }
}

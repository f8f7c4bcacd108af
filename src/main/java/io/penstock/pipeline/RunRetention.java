package io.penstock.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes the folders of complete runs once they are old; answers and results stay. */
final class RunRetention {
  private static final Logger LOG = LoggerFactory.getLogger(RunRetention.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Set<Integer> COMPLETE = Set.of(RunFigures.DONE, RunFigures.MANY_FAILED);

  private final Configuration hadoop;
  private final Duration keep;

  RunRetention(Duration keep, Configuration hadoop) {
    this.keep = keep;
    this.hadoop = hadoop;
  }

  /** A folder that cannot be deleted is no reason to fail a run that is published. */
  void apply(String runsPath, Instant now) {
    try {
      Path runs = new Path(runsPath);
      FileSystem files = runs.getFileSystem(hadoop);
      for (FileStatus run : files.listStatus(runs)) {
        if (isOld(files, run.getPath(), now)) {
          files.delete(run.getPath(), true);
        }
      }
    } catch (IOException e) {
      LOG.warn("Old run folders under {} could not be deleted", runsPath, e);
    }
  }

  private boolean isOld(FileSystem files, Path run, Instant now) throws IOException {
    Path summary = new Path(run, RunFolder.SUMMARY);
    if (!run.getName().matches(RunFolder.RUN_ID) || !files.exists(summary)) {
      return false;
    }
    Instant ended = Instant.ofEpochMilli(files.getFileStatus(summary).getModificationTime());
    return ended.plus(keep).isBefore(now) && isComplete(new RunFolder(run.toString(), ""));
  }

  private boolean isComplete(RunFolder run) throws IOException {
    JsonNode summary = JSON.readTree(run.read(RunFolder.SUMMARY, hadoop));
    return COMPLETE.contains(summary.path("exit_code").asInt(-1));
  }
}

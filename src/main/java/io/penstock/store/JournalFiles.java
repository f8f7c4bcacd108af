package io.penstock.store;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** How journal segments are named and which file system writes them. */
final class JournalFiles {
  static final String FOLDER = "journal";
  static final String RUN_PREFIX = "run=";

  /** Names the segments of a run that are in Parquet by now. */
  static final String COMPACTED_MARKER = "_compacted";

  private JournalFiles() {}

  static Path runFolder(String store, String runId) {
    return new Path(new Path(store, FOLDER), RUN_PREFIX + runId);
  }

  /**
   * The file system itself, without the checksum layer that Hadoop puts over local disks: there a
   * flush does nothing, and the tail of a killed writer's file cannot be read.
   */
  static FileSystem open(Path path, Configuration hadoop) throws IOException {
    FileSystem files = path.getFileSystem(hadoop);
    return files instanceof ChecksumFileSystem checked ? checked.getRawFileSystem() : files;
  }
}

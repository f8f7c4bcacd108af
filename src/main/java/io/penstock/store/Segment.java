package io.penstock.store;

import org.apache.hadoop.fs.Path;

/**
 * A journal segment as it was found.
 *
 * @param bytes its length then, as the file system lists it
 */
record Segment(Path path, long bytes) {
  String name() {
    return path.getName();
  }

  /** The folder of its run. */
  Path folder() {
    return path.getParent();
  }

  String runId() {
    return folder().getName().substring(JournalFiles.RUN_PREFIX.length());
  }
}

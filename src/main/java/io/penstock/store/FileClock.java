package io.penstock.store;

import java.io.IOException;
import java.util.UUID;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A file system's own clock: ages of files are judged by it, whatever this machine's says. */
final class FileClock {
  private FileClock() {}

  /**
   * The present, in epoch milliseconds.
   *
   * @param folder exists, and may be written to
   */
  static long now(FileSystem files, Path folder) throws IOException {
    Path probe = new Path(folder, ".now-" + UUID.randomUUID());
    files.create(probe, false).close();
    long now = files.getFileStatus(probe).getModificationTime();
    files.delete(probe, false);
    return now;
  }
}

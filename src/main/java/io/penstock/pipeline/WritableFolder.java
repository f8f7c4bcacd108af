package io.penstock.pipeline;

import java.io.IOException;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Proof, before anything is paid, that what is paid for can be kept. */
final class WritableFolder {
  private WritableFolder() {}

  /**
   * Writes and deletes a hidden file in the folder or, where it is missing, in the nearest one
   * above it that exists; makes no folder.
   *
   * @throws IOException when it cannot
   */
  static void prove(String folder, Configuration hadoop) throws IOException {
    Path nearest = new Path(folder);
    FileSystem files = nearest.getFileSystem(hadoop);
    while (!files.exists(nearest) && nearest.getParent() != null) {
      nearest = nearest.getParent();
    }
    Path probe = new Path(nearest, "_writable-" + UUID.randomUUID());
    files.create(probe, false).close();
    files.delete(probe, false);
  }
}

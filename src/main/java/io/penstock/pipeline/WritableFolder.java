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
   * Makes the folder where it is missing, and writes and deletes a hidden file in it.
   *
   * @throws IOException when it cannot
   */
  static void prove(String folder, Configuration hadoop) throws IOException {
    Path probe = new Path(folder, "_writable-" + UUID.randomUUID());
    FileSystem files = probe.getFileSystem(hadoop);
    files.mkdirs(probe.getParent());
    files.create(probe, false).close();
    files.delete(probe, false);
  }
}

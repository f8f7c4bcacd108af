package io.penstock.store;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A small file that is replaced as a whole: written beside its place and renamed into it. A kill
 * between the old file's end and the rename leaves the new text beside the place, where {@link
 * #read} finds it.
 */
public final class WholeFile {
  private WholeFile() {}

  public static void write(Path place, String text, Configuration hadoop) throws IOException {
    Path staged = staged(place);
    FileSystem files = place.getFileSystem(hadoop);
    if (!files.exists(place) && files.exists(staged)) {
      files.rename(staged, place); // of a killed write: all there is until the new text is whole
    }
    try (FSDataOutputStream out = files.create(staged, true)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    files.delete(place, false);
    if (!files.rename(staged, place)) {
      throw new IOException("Could not put " + place + " in place");
    }
  }

  /**
   * May be torn where a first write was killed.
   *
   * @throws FileNotFoundException when it was never written
   */
  public static String read(Path place, Configuration hadoop) throws IOException {
    FileSystem files = place.getFileSystem(hadoop);
    try (InputStream in = files.open(files.exists(place) ? place : staged(place))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  static void delete(Path place, Configuration hadoop) throws IOException {
    FileSystem files = place.getFileSystem(hadoop);
    files.delete(place, false);
    files.delete(staged(place), false);
  }

  private static Path staged(Path place) {
    return new Path(place.getParent(), "." + place.getName() + ".tmp");
  }
}

package io.penstock.cluster;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Small files in {@code <folder>/_proof/<run id>/} by which driver and executors see that a folder
 * is the same for both. Holds nothing; thread-safe.
 */
final class TokenFiles {
  static final String DRIVER = "driver";

  private static final String FOLDER = "_proof";

  /** Longer than any token. */
  private static final int MAX_BYTES = 200;

  private TokenFiles() {}

  /** Overwrites. */
  static void write(RunOrder order, String folder, String name, String token) throws IOException {
    Path file = new Path(place(folder, order), name);
    try {
      writeOnce(file, token, order.hadoop().value());
    } catch (FileNotFoundException e) {
      // another run, ending, deleted the empty folder under our hands
      writeOnce(file, token, order.hadoop().value());
    }
  }

  private static void writeOnce(Path file, String token, Configuration hadoop) throws IOException {
    try (FSDataOutputStream out = file.getFileSystem(hadoop).create(file, true)) {
      out.write(token.getBytes(StandardCharsets.UTF_8));
    }
  }

  /**
   * @throws IOException when the file is missing, unreadable or holds another token; says which
   */
  static void expect(RunOrder order, String folder, String name, String token) throws IOException {
    Path file = new Path(place(folder, order), name);
    byte[] bytes;
    try (FSDataInputStream in = file.getFileSystem(order.hadoop().value()).open(file)) {
      bytes = in.readNBytes(MAX_BYTES);
    } catch (FileNotFoundException e) {
      throw new FileNotFoundException("file " + file + " is not there");
    }
    if (!token.equals(new String(bytes, StandardCharsets.UTF_8))) {
      throw new IOException("file " + file + " holds something else");
    }
  }

  /** Deletes one file, and the folders that are empty then. */
  static void delete(RunOrder order, String folder, String name) throws IOException {
    Path place = place(folder, order);
    FileSystem files = place.getFileSystem(order.hadoop().value());
    files.delete(new Path(place, name), false);
    deleteIfEmpty(files, place);
    deleteIfEmpty(files, place.getParent());
  }

  /** Deletes the files of all. */
  static void deleteAll(RunOrder order, String folder) throws IOException {
    Path place = place(folder, order);
    FileSystem files = place.getFileSystem(order.hadoop().value());
    files.delete(place, true);
    deleteIfEmpty(files, place.getParent());
  }

  private static void deleteIfEmpty(FileSystem files, Path folder) {
    try {
      files.delete(folder, false);
    } catch (IOException e) {
      // not empty: another run's files
    }
  }

  private static Path place(String folder, RunOrder order) {
    return new Path(new Path(folder, FOLDER), order.runId());
  }
}

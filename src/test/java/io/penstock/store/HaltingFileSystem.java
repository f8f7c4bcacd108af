package io.penstock.store;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;
import org.jspecify.annotations.Nullable;

/**
 * Local disks under {@code halting://} on which a process ends at one of its changes to the ledger
 * of batches or the journal, as {@code kill -9} would end it: files are created, closed, renamed
 * and deleted, one after the other, and each of that is a step. In the tests' own JVM everything
 * fails from that step on instead.
 */
public final class HaltingFileSystem extends LocalDisk {
  public static final String SCHEME = "halting";

  /** Setting: {@code before 3} or {@code after 3}; unset: the process lives. */
  public static final String AT = "fs.halting.at";

  /** Setting: a local file that gets a line for each step; unset: none. */
  public static final String LOG = "fs.halting.log";

  /** What shells report of a process that was killed. */
  public static final int EXIT_CODE = 137;

  private static final Pattern COUNTED = Pattern.compile(".*/(pending|journal)/.*");

  private static int steps;
  private static int failingFrom = Integer.MAX_VALUE;

  private String at = "";
  private @Nullable String log;

  /** A change. */
  @FunctionalInterface
  private interface Change<T> {
    T make() throws IOException;
  }

  public HaltingFileSystem() {
    super(SCHEME);
  }

  public static String pathOf(java.nio.file.Path path) {
    return SCHEME + "://" + path;
  }

  public static Configuration register(Configuration hadoop) {
    hadoop.set("fs." + SCHEME + ".impl", HaltingFileSystem.class.getName());
    return hadoop;
  }

  /** In this JVM: counts anew, and the step after so many is the first that fails. */
  public static synchronized void failAfter(int number) {
    steps = 0;
    failingFrom = number + 1;
  }

  public static synchronized void live() {
    failAfter(Integer.MAX_VALUE - 1);
  }

  public static synchronized boolean isDead() {
    return steps >= failingFrom;
  }

  /** What else is a step in this JVM. */
  public static synchronized void step() throws IOException {
    steps++;
    if (isDead()) {
      throw new IOException("killed");
    }
  }

  @Override
  public void initialize(URI uri, Configuration hadoop) throws IOException {
    super.initialize(uri, hadoop);
    at = hadoop.get(AT, "");
    log = hadoop.get(LOG);
  }

  private <T> T step(String what, Path path, Change<T> change) throws IOException {
    if (!COUNTED.matcher(path.toString()).matches()) {
      return change.make();
    }
    synchronized (HaltingFileSystem.class) {
      step();
      tell(what, path);
      endIf("before");
      T made = change.make();
      endIf("after");
      return made;
    }
  }

  private void tell(String what, Path path) throws IOException {
    if (log != null) {
      String line = steps + " " + what + " " + path.toUri().getPath() + "\n";
      Files.writeString(
          java.nio.file.Path.of(log), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
  }

  private void endIf(String when) {
    if (at.equals(when + " " + steps)) {
      Runtime.getRuntime().halt(EXIT_CODE);
    }
  }

  /** Spares a process for each file. */
  @Override
  public void setPermission(Path path, FsPermission permission) {}

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    return exists(from) && step("rename", to, () -> super.rename(from, to));
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    if (!exists(path)) {
      return false;
    }
    if (recursive && getFileStatus(path).isDirectory()) {
      for (FileStatus child : listStatus(path)) {
        delete(child.getPath(), true);
      }
    }
    return step("delete", path, () -> super.delete(path, recursive));
  }

  @Override
  public FSDataOutputStream create(
      Path path,
      boolean overwrite,
      int bufferBytes,
      short replication,
      long blockBytes,
      Progressable progress)
      throws IOException {
    return new Closing(
        path,
        step(
            "create",
            path,
            () -> super.create(path, overwrite, bufferBytes, replication, blockBytes, progress)));
  }

  @Override
  public FSDataOutputStream create(
      Path path,
      FsPermission permission,
      boolean overwrite,
      int bufferBytes,
      short replication,
      long blockBytes,
      Progressable progress)
      throws IOException {
    return new Closing(
        path,
        step(
            "create",
            path,
            () ->
                super.create(
                    path, permission, overwrite, bufferBytes, replication, blockBytes, progress)));
  }

  /** Its end is a step, and the text may be lost until then. */
  private final class Closing extends FSDataOutputStream {
    private final Path path;
    private boolean closed;

    Closing(Path path, FSDataOutputStream file) throws IOException {
      super(file, null);
      this.path = path;
    }

    @Override
    public void close() throws IOException {
      if (!closed) {
        closed = true;
        step(
            "close",
            path,
            () -> {
              super.close();
              return null;
            });
      }
    }
  }
}

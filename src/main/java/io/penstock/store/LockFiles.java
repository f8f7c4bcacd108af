package io.penstock.store;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.jspecify.annotations.Nullable;

/**
 * A job's lock as files: {@code locks/<job>/lock-<epoch>}, of which the highest counts. An epoch is
 * created by exactly one contender. Thread-safe.
 */
final class LockFiles {
  static final String FOLDER = "locks";

  private static final String PREFIX = "lock-";
  private static final int LOOKS = 10;
  private static final long LOOK_AGAIN_MILLIS = 50;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private final Path folder;
  private final FileSystem files;

  /**
   * What a holder writes.
   *
   * @param since epoch milliseconds of its own clock, for people
   * @param runId null before it is known
   */
  record Holder(String host, long pid, long since, @Nullable String runId, boolean released) {
    static final Holder UNKNOWN = new Holder("an unknown host", 0, 0, null, false);
  }

  /**
   * The highest epoch as it was found.
   *
   * @param epoch 0 where there is none
   * @param modifiedMillis by the file system's clock
   */
  record Found(long epoch, long modifiedMillis, Holder holder) {
    static final Found NONE = new Found(0, 0, new Holder("", 0, 0, null, true));
  }

  LockFiles(String store, String job, Configuration hadoop) throws IOException {
    this.folder = folder(store, job);
    this.files = JournalFiles.open(folder, hadoop);
  }

  /** The runs of all jobs on the store whose lock is held, dead holders' within their time too. */
  static Set<String> liveRuns(String store, Configuration hadoop, Duration life)
      throws IOException {
    Path locks = new Path(store, FOLDER);
    FileSystem files = JournalFiles.open(locks, hadoop);
    Set<String> live = new HashSet<>();
    if (!files.exists(locks)) {
      return live;
    }
    long now = FileClock.now(files, locks);
    for (FileStatus job : files.listStatus(locks, path -> !path.getName().startsWith("."))) {
      Found found = new LockFiles(store, job.getPath().getName(), hadoop).highest();
      String runId = found.holder().runId();
      boolean held = !found.holder().released() && found.modifiedMillis() + life.toMillis() >= now;
      if (held && runId != null) {
        live.add(runId);
      }
    }
    return live;
  }

  static Path folder(String store, String job) {
    return new Path(new Path(store, FOLDER), job);
  }

  /**
   * Looks again when a file vanishes under it, since then there is a higher one; and a few times
   * when it says nothing, since it may just be renewed.
   */
  Found highest() throws IOException {
    Found found = Found.NONE;
    for (int look = 0; look < LOOKS; look++) {
      long epoch = highestEpoch();
      if (epoch == 0) {
        return Found.NONE;
      }
      try {
        long modified = files.getFileStatus(file(epoch)).getModificationTime();
        found = new Found(epoch, modified, read(epoch));
      } catch (FileNotFoundException e) {
        continue;
      }
      if (found.holder() != Holder.UNKNOWN) {
        return found;
      }
      pause();
    }
    if (found.epoch() == 0) {
      throw new IOException("The lock's files under " + folder + " change too fast to be read");
    }
    return found;
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(LOOK_AGAIN_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Interrupted while looking at a lock");
    }
  }

  long highestEpoch() throws IOException {
    if (!files.exists(folder)) {
      return 0;
    }
    return Arrays.stream(files.listStatus(folder))
        .map(status -> status.getPath().getName())
        .filter(name -> name.startsWith(PREFIX))
        .mapToLong(name -> Long.parseLong(name.substring(PREFIX.length())))
        .max()
        .orElse(0);
  }

  /** A file that a killed holder left half written says nothing of it. */
  private Holder read(long epoch) throws IOException {
    byte[] content;
    try (InputStream in = files.open(file(epoch))) {
      content = in.readAllBytes();
    }
    try {
      return Optional.ofNullable(JSON.readValue(content, Holder.class)).orElse(Holder.UNKNOWN);
    } catch (IOException e) {
      return Holder.UNKNOWN;
    }
  }

  /** False where another contender was first, or has gone beyond it by now. */
  boolean create(long epoch, Holder holder) throws IOException {
    files.mkdirs(folder);
    if (!createEmpty(file(epoch))) {
      return false;
    }
    if (highestEpoch() > epoch) {
      files.delete(file(epoch), false);
      return false;
    }
    write(epoch, holder);
    return true;
  }

  /** Hadoop's own way of creating a file on a local disk looks first and creates then. */
  private boolean createEmpty(Path file) throws IOException {
    if (files instanceof RawLocalFileSystem) {
      return new File(file.toUri().getPath()).createNewFile();
    }
    try {
      files.create(file, false).close();
      return true;
    } catch (IOException e) { // HDFS has several words for a file that another is creating
      if (files.exists(file)) {
        return false;
      }
      throw e;
    }
  }

  /** Makes the file as new, by the file system's clock. */
  void write(long epoch, Holder holder) throws IOException {
    byte[] content = JSON.writeValueAsBytes(holder);
    if (files instanceof RawLocalFileSystem) {
      replaceHere(java.nio.file.Path.of(file(epoch).toUri().getPath()), content);
      return;
    }
    try (FSDataOutputStream out = files.create(file(epoch), true)) {
      out.write(content);
    }
  }

  /** On a local disk whoever reads meanwhile sees the old content or the new one. */
  private static void replaceHere(java.nio.file.Path file, byte[] content) throws IOException {
    java.nio.file.Path staged = file.resolveSibling(".staged-" + UUID.randomUUID());
    try {
      Files.write(staged, content);
      Files.move(staged, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(staged);
    }
  }

  void deleteBelow(long epoch) throws IOException {
    for (long old = epoch - 1; old > 0 && files.delete(file(old), false); old--) {
      // all that there are
    }
  }

  /** The file system's own time, in epoch milliseconds. */
  long now() throws IOException {
    return FileClock.now(files, folder);
  }

  private Path file(long epoch) {
    return new Path(folder, PREFIX + "%010d".formatted(epoch));
  }
}

package io.penstock.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A job's unpublished run: {@code locks/<job>/run.json}. Only the holder of the job's lock changes
 * it.
 *
 * @param runPath its folder
 */
public record CurrentRun(String runId, String runPath) {
  private static final String FILE = "run.json";

  private static final ObjectMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  public static Optional<CurrentRun> find(String store, String job, Configuration hadoop)
      throws IOException {
    Path file = file(store, job);
    Optional<CurrentRun> found = read(file, hadoop);
    return found.isPresent() ? found : read(staged(file), hadoop);
  }

  /** Empty also where a kill left it torn: then nothing was done in its name yet. */
  private static Optional<CurrentRun> read(Path file, Configuration hadoop) throws IOException {
    try (InputStream in = file.getFileSystem(hadoop).open(file)) {
      return Optional.of(JSON.readValue(in, CurrentRun.class));
    } catch (FileNotFoundException | JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static Path staged(Path file) {
    return new Path(file.getParent(), "." + FILE + ".tmp");
  }

  /** The file appears whole or not at all. */
  public void write(String store, String job, Configuration hadoop) throws IOException {
    Path file = file(store, job);
    Path staged = staged(file);
    FileSystem files = file.getFileSystem(hadoop);
    try (FSDataOutputStream out = files.create(staged, true)) {
      out.write(JSON.writeValueAsBytes(this));
    }
    files.delete(file, false);
    if (!files.rename(staged, file)) {
      throw new IOException("Could not put " + file + " in place");
    }
  }

  /** The job has none any more. */
  public static void clear(String store, String job, Configuration hadoop) throws IOException {
    Path file = file(store, job);
    file.getFileSystem(hadoop).delete(file, false);
    file.getFileSystem(hadoop).delete(staged(file), false);
  }

  /** Of all jobs on the store. */
  static Set<String> runIds(String store, Configuration hadoop) throws IOException {
    Path locks = new Path(store, LockFiles.FOLDER);
    FileSystem files = locks.getFileSystem(hadoop);
    Set<String> runIds = new HashSet<>();
    if (files.exists(locks)) {
      for (FileStatus job : files.listStatus(locks, path -> !path.getName().startsWith("."))) {
        find(store, job.getPath().getName(), hadoop).ifPresent(run -> runIds.add(run.runId()));
      }
    }
    return runIds;
  }

  private static Path file(String store, String job) {
    return new Path(LockFiles.folder(store, job), FILE);
  }
}

package io.penstock.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
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

  /** Empty also where a kill left the first one torn: then nothing was done in its name yet. */
  public static Optional<CurrentRun> find(String store, String job, Configuration hadoop)
      throws IOException {
    try {
      String json = WholeFile.read(file(store, job), hadoop);
      return Optional.of(JSON.readValue(json, CurrentRun.class));
    } catch (FileNotFoundException | JsonProcessingException e) {
      return Optional.empty();
    }
  }

  public void write(String store, String job, Configuration hadoop) throws IOException {
    WholeFile.write(file(store, job), JSON.writeValueAsString(this), hadoop);
  }

  /** The job has none any more. */
  public static void clear(String store, String job, Configuration hadoop) throws IOException {
    WholeFile.delete(file(store, job), hadoop);
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

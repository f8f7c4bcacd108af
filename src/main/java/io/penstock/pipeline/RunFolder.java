package io.penstock.pipeline;

import io.penstock.store.WholeFile;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * {@code runs/<run_id>/}: the resolved job, its prices, the rows with their links, the misses as
 * shards, the summary.
 *
 * @param path of the folder itself
 */
record RunFolder(String path, String runId) {
  static final String JOB = "job.yaml";
  static final String PRICES = "prices.yaml";
  static final String PLAN = "plan.json";
  static final String SUMMARY = "summary.json";

  /** What {@link #create} makes. */
  static final String RUN_ID = "r\\d{8}T\\d{6}-[0-9a-f]{6}";

  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss").withZone(ZoneOffset.UTC);

  private static final int RANDOM_BYTES = 3;

  /**
   * A new run id, beginning with a letter so that no reader of the results takes it for a number or
   * a date.
   */
  static RunFolder create(String runsPath, Instant now) {
    String runId = "r" + STAMP.format(now) + "-" + random();
    return new RunFolder(runsPath + "/" + runId, runId);
  }

  private static String random() {
    byte[] random = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  /** To the second, as the run id says. */
  Instant startedAt() {
    return STAMP.parse(runId.substring(1, runId.indexOf('-')), Instant::from);
  }

  String rows() {
    return path + "/rows";
  }

  /** A folder of its own for each execution, as {@link #newMisses}. */
  String newRequests(Instant now) {
    return ofExecution("requests", now);
  }

  /** A folder of its own for each execution: tasks of an earlier one may still read theirs. */
  String newMisses(Instant now) {
    return ofExecution("misses", now);
  }

  /** As {@link #newMisses}, of those that go into batches. */
  String newBatchMisses(Instant now) {
    return ofExecution("batch-misses", now);
  }

  /** As {@link #newMisses}. */
  String newBatches(Instant now) {
    return ofExecution("batches", now);
  }

  /** As {@link #newMisses}. */
  String newRungs(Instant now) {
    return ofExecution("rungs", now);
  }

  /** A file of its own for each execution. */
  String newTimeline(Instant now) {
    return ofExecution("timeline", now) + ".json";
  }

  private String ofExecution(String name, Instant now) {
    return path + "/" + name + "/" + STAMP.format(now) + "-" + random();
  }

  /** The file appears whole or not at all. */
  void write(String name, String text, Configuration hadoop) throws IOException {
    WholeFile.write(new Path(path, name), text, hadoop);
  }

  /**
   * The prices of an execution, in a file of their own where an earlier one of the run had others:
   * what it bought was priced by those.
   */
  void writePrices(String yaml, Instant now, Configuration hadoop) throws IOException {
    boolean others = has(PRICES, hadoop) && !read(PRICES, hadoop).equals(yaml);
    String later = PRICES.replace(".yaml", "-" + STAMP.format(now) + ".yaml");
    write(others ? later : PRICES, yaml, hadoop);
  }

  boolean has(String name, Configuration hadoop) throws IOException {
    Path file = new Path(path, name);
    return file.getFileSystem(hadoop).exists(file);
  }

  String read(String name, Configuration hadoop) throws IOException {
    return WholeFile.read(new Path(path, name), hadoop);
  }

  void delete(Configuration hadoop) throws IOException {
    Path folder = new Path(path);
    folder.getFileSystem(hadoop).delete(folder, true);
  }
}

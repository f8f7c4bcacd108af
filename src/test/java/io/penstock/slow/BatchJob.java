package io.penstock.slow;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.app.Main;
import io.penstock.store.HaltingFileSystem;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import scala.Option;

/**
 * A job of a few batches in a folder of its own, on one machine.
 *
 * @param storeScheme of the file system of its store
 */
record BatchJob(Path folder, BatchDialect dialect, Shape shape, String storeScheme) {
  private static final String JOB =
      """
      name: killed
      input: {path: "%1$s/input.jsonl", format: json, id: ticket_id}
      prompt: {system: "Be brief.", user: "Q: {question}"}
      providers: {played: %2$s}
      models: {small: {provider: played, model: %3$s, max_output_tokens: 200}}
      delivery: batch
      batch: {poll_interval_seconds: 1, adopt_seconds: 5, max_requests: %4$d}
      store: {path: "%5$s://%1$s/store"}
      output: {path: "%1$s/answers"}
      runs: {path: "%1$s/runs"}
      """;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private static final int HEAP_MEGABYTES = 768;

  /** Longer than a killed holder of the job's lock keeps it. */
  private static final Duration LOCK_OVER = Duration.ofSeconds(30);

  private static final List<String> SETTINGS =
      List.of(
          "spark.ui.enabled=false",
          "spark.sql.shuffle.partitions=2",
          "spark.sql.codegen.wholeStage=false",
          "spark.sql.codegen.factoryMode=NO_CODEGEN",
          "spark.sql.adaptive.enabled=false",
          "spark.hadoop.fs.halting.impl=" + HaltingFileSystem.class.getName(),
          "spark.hadoop.fs.halting.impl.disable.cache=true");

  /**
   * @param rows all distinct
   */
  record Shape(int rows, int batches) {
    /** Of one batch, as the job has it: 95 % of it are used. */
    int maxRequests() {
      int perBatch = (rows + batches - 1) / batches;
      return (int) Math.ceil(perBatch / 0.95);
    }
  }

  /** Writes input and job file. */
  static BatchJob create(
      Path folder, BatchDialect dialect, Shape shape, String storeScheme, String origin)
      throws IOException {
    Files.createDirectories(folder);
    Files.write(
        folder.resolve("input.jsonl"),
        IntStream.range(0, shape.rows())
            .mapToObj(row -> "{\"ticket_id\": %d, \"question\": \"number %1$d\"}".formatted(row))
            .toList());
    Files.writeString(
        folder.resolve("job.yaml"),
        JOB.formatted(
            folder, dialect.provider(origin), dialect.model, shape.maxRequests(), storeScheme));
    return new BatchJob(folder, dialect, shape, storeScheme);
  }

  private List<String> infer(Map<String, String> halting) {
    List<String> arguments =
        new ArrayList<>(
            List.of("infer", folder.resolve("job.yaml").toString(), "--master", "local[2]"));
    for (String setting : SETTINGS) {
      arguments.addAll(List.of("--conf", setting));
    }
    halting.forEach(
        (key, value) -> arguments.addAll(List.of("--conf", "spark.hadoop." + key + "=" + value)));
    return arguments;
  }

  /**
   * Runs it in a process of its own.
   *
   * @param at see {@link HaltingFileSystem#AT}; empty: it is not halted
   * @param output file in its folder
   */
  ChildProcess start(Installation installation, String at, String output) throws IOException {
    List<String> command = installation.java(HEAP_MEGABYTES, installation.folder());
    command.addAll(installation.moduleOptions());
    String classPath = installation.sparkClassPath() + ":" + System.getProperty("java.class.path");
    command.addAll(List.of("-cp", classPath, Main.class.getName()));
    command.addAll(infer(Map.of(HaltingFileSystem.AT, at)));
    return ChildProcess.start(command, Map.of(), folder.resolve(output));
  }

  /**
   * Runs it in this JVM, which is warm, and returns its exit code.
   *
   * @param log see {@link HaltingFileSystem#LOG}
   */
  int run(Path log) throws IOException {
    stopSpark();
    PrintStream out = System.out;
    PrintStream err = System.err;
    try (PrintStream file =
        new PrintStream(folder.resolve("run.log").toFile(), StandardCharsets.UTF_8)) {
      System.setOut(file);
      System.setErr(file);
      HaltingFileSystem.live(); // counts anew
      return Main.execute(
          infer(Map.of(HaltingFileSystem.LOG, log.toString())).toArray(String[]::new));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  /** What else the time would do: the lock of the process that was killed is over. */
  void ageLock() throws IOException {
    Path locks = folder.resolve("store/locks/killed");
    if (Files.exists(locks)) {
      FileTime past = FileTime.from(Instant.now().minus(LOCK_OVER));
      for (Path lock : files(locks)) {
        Files.setLastModifiedTime(lock, past);
      }
    }
  }

  /** What a plain reader of the results sees. */
  Results results() {
    try {
      return Results.read(folder.resolve("answers").toString());
    } finally {
      stopSpark();
    }
  }

  /** A job is to have a session of its own. */
  private static void stopSpark() {
    Option<SparkSession> session = SparkSession.getDefaultSession();
    if (session.isDefined()) {
      session.get().stop();
    }
  }

  /** Of all runs that have one. */
  List<JsonNode> summaries() throws IOException {
    List<JsonNode> summaries = new ArrayList<>();
    for (Path file : files(folder.resolve("runs"))) {
      if (file.getFileName().toString().equals("summary.json")) {
        summaries.add(JSON.readTree(file.toFile()));
      }
    }
    return summaries;
  }

  /** Of the ledger, without what it has learnt of its provider. */
  List<String> pending() throws IOException {
    return files(folder.resolve("store/pending")).stream()
        .map(file -> folder.relativize(file).toString())
        .filter(file -> !file.endsWith("queue-limits.json") && !file.endsWith(".crc"))
        .toList();
  }

  /** All files below a folder; none where it is missing. */
  private static List<Path> files(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }
}

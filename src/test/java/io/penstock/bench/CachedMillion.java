package io.penstock.bench;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sha2;
import static org.apache.spark.sql.functions.udf;

import io.penstock.app.CommandLines;
import io.penstock.lake.Columns;
import io.penstock.pipeline.AnsweredStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.fs.FileUtil;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;

/**
 * {@code infer} on prompts whose answers are all in the store, against a plain Spark job that
 * hashes, joins and writes as many rows; in turn, in this JVM, with the same settings but for the
 * choice of joins, which the plain job leaves to Spark. Three of ten rows are duplicates.
 */
public final class CachedMillion {
  private static final int ROWS = Integer.getInteger("bench.cached.rows", 1_000_000);
  private static final int ROUNDS = Integer.getInteger("bench.cached.rounds", 3);
  private static final int SCALE = 10;
  private static final int DISTINCT_OF_TEN = 7;
  private static final int INPUT_FILES = 8;
  private static final String HASH = "hash";

  private static final String JOB =
      """
      name: cached
      input: {path: prompts, id: ticket_id}
      prompt:
        system: "%s"
        user: "{question}"
      providers:
        openai: {base_url: "http://127.0.0.1:9/v1", identity: openai, api_key_env: null}
      models:
        small: {provider: openai, model: %s, max_output_tokens: %d, temperature: 0}
      prices:
        openai/%s: {input: "0.15", output: "0.60"}
      store: {path: store}
      output: {path: answers}
      runs: {path: runs}
      """;

  private final Path folder;
  private final int rows;

  private CachedMillion(Path folder, int rows) {
    this.folder = folder;
    this.rows = rows;
  }

  /** What one job did with so many rows. */
  private record Taken(int rows, double seconds, double cpuSeconds, long peakHeapBytes) {
    double rowsPerSecond() {
      return rows / seconds;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%,d rows in %.2f s (processor %.2f s), %,.0f rows/s, at most %,d MB of heap after a collection",
          rows,
          seconds,
          cpuSeconds,
          rowsPerSecond(),
          peakHeapBytes >> 20);
    }
  }

  /** Does something that may not come off. */
  private interface Work {
    void run() throws IOException;
  }

  /** See {@link Measurement}; prints all rounds. */
  static String measure(Path work) throws IOException {
    Path folder = work.toAbsolutePath();
    CachedMillion tenth = prepared(folder.resolve("tenth"), ROWS / SCALE);
    CachedMillion whole = prepared(folder.resolve("whole"), ROWS);
    tenth.plain();
    tenth.infer(); // both were warm-up
    List<Taken> plain = new ArrayList<>();
    List<Taken> small = new ArrayList<>();
    List<Taken> large = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      plain.add(told("plain Spark job", whole.plain()));
      small.add(told("infer", tenth.infer()));
      large.add(told("infer", whole.infer()));
    }
    return String.format(
        Locale.ROOT,
        "all cached, medians of %d: infer does %.2f of the rows/s of the plain job (by processor"
            + " time %.2f); ten times the rows take %.1f times as long",
        ROUNDS,
        median(large).rowsPerSecond() / median(plain).rowsPerSecond(),
        median(plain).cpuSeconds() / median(large).cpuSeconds(),
        median(large).seconds() / median(small).seconds());
  }

  private static Taken told(String what, Taken taken) {
    System.out.println(what + ": " + taken);
    return taken;
  }

  private static Taken median(List<Taken> rounds) {
    return rounds.stream()
        .sorted((one, other) -> Double.compare(one.seconds(), other.seconds()))
        .skip(rounds.size() / 2)
        .findFirst()
        .orElseThrow();
  }

  /** Prompts, a store that answers them all, and the plain job's table of answers. */
  private static CachedMillion prepared(Path folder, int rows) throws IOException {
    FileUtil.fullyDelete(folder.toFile());
    Files.createDirectories(folder);
    CachedMillion scene = new CachedMillion(folder, rows);
    SparkSession spark = CommandLines.plainSession();
    scene.writePrompts(spark);
    Files.writeString(
        scene.job(),
        JOB.formatted(Prompts.SYSTEM, Prompts.MODEL, Prompts.MAX_OUTPUT_TOKENS, Prompts.MODEL));
    AnsweredStore.fill(spark, CommandLines.setup(scene.job().toString()), scene.path("scratch"));
    scene.writeAnswers(spark);
    spark.stop();
    return scene;
  }

  private void writePrompts(SparkSession spark) {
    int all = rows;
    int distinct = all / 10 * DISTINCT_OF_TEN;
    UDF1<Long, String> question = row -> new Prompts(all, 1).question((int) (row % distinct));
    spark
        .range(0, rows, 1, INPUT_FILES)
        .select(
            col("id").as("ticket_id"),
            udf(question, DataTypes.StringType).apply(col("id")).as("question"))
        .write()
        .parquet(path("prompts"));
  }

  /** The store's entries under the hash of the prompt. */
  private void writeAnswers(SparkSession spark) {
    Dataset<Row> hashes =
        spark
            .read()
            .parquet(path("scratch"))
            .select(col(Columns.FINGERPRINT), sha2(col("input.question"), 256).as(HASH))
            .dropDuplicates(HASH);
    spark
        .read()
        .parquet(path("store/completions"))
        .join(hashes, Columns.FINGERPRINT)
        .repartition(INPUT_FILES)
        .write()
        .parquet(path("hashed_answers"));
  }

  private Taken infer() throws IOException {
    return timed(
        () -> {
          int exitCode = CommandLines.execute("infer", job().toString());
          if (exitCode != 0) {
            throw new IOException("infer ended with exit code " + exitCode);
          }
        },
        "runs",
        "answers");
  }

  private Taken plain() throws IOException {
    return timed(
        () -> {
          SparkSession spark = CommandLines.plainSession();
          spark
              .read()
              .parquet(path("prompts"))
              .withColumn(HASH, sha2(col("question"), 256))
              .write()
              .parquet(path("hashed"));
          Dataset<Row> answers = spark.read().parquet(path("hashed_answers"));
          spark
              .read()
              .parquet(path("hashed"))
              .join(answers, HASH)
              .select(resultColumns(Arrays.asList(answers.columns())))
              .write()
              .parquet(path("joined"));
          spark.stop();
        },
        "hashed",
        "joined");
  }

  private static Column[] resultColumns(List<String> known) {
    List<Column> columns = new ArrayList<>(List.of(col("ticket_id"), col("question")));
    for (StructField result : Columns.RESULTS.fields()) {
      columns.add(
          (known.contains(result.name()) ? col(result.name()) : lit(null))
              .cast(result.dataType())
              .as(result.name()));
    }
    return columns.toArray(Column[]::new);
  }

  /**
   * @param written folders that are deleted before
   */
  private Taken timed(Work work, String... written) throws IOException {
    for (String name : written) {
      FileUtil.fullyDelete(folder.resolve(name).toFile());
    }
    System.gc(); // what others left behind is not this job's to clear away
    try (HeapPeak heap = HeapPeak.watch()) {
      long cpu = ProcessCpu.nanos();
      long started = System.nanoTime();
      work.run();
      double seconds = (System.nanoTime() - started) / 1e9;
      return new Taken(rows, seconds, (ProcessCpu.nanos() - cpu) / 1e9, heap.bytes());
    }
  }

  private Path job() {
    return folder.resolve("job.yaml");
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }
}

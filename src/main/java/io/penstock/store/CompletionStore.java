package io.penstock.store;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_distinct;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min_by;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.unix_micros;
import static org.apache.spark.sql.functions.when;

import io.penstock.domain.FailureKind;
import io.penstock.domain.Usd;
import io.penstock.lake.Columns;
import io.penstock.store.StoreCare.Mergeable;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * The driver's view of a completion store: a grow-only set of entries, of which the earliest answer
 * serves a fingerprint. Not thread-safe. Datasets are lazy and hold the files that existed when
 * they were made.
 */
public final class CompletionStore {
  /** Of {@link #served}: whether the run itself wrote the entry. */
  public static final String BY_THIS_RUN = "by_this_run";

  private static final String[] BY_FINGERPRINT = {Columns.FINGERPRINT};

  private final SparkSession spark;
  private final String path;
  private final StoreFiles files;
  private final LongAccumulator tornLines;
  private final @Nullable Instant oldest;

  public CompletionStore(SparkSession spark, String path) {
    this(
        spark,
        path,
        spark.sparkContext().longAccumulator("torn journal lines"),
        /* oldest= */ null);
  }

  private CompletionStore(
      SparkSession spark, String path, LongAccumulator tornLines, @Nullable Instant oldest) {
    this.spark = spark;
    this.path = path;
    this.files = new StoreFiles(path, spark.sparkContext().hadoopConfiguration());
    this.tornLines = tornLines;
    this.oldest = oldest;
  }

  /**
   * The same store, of which entries that were completed before serve no run but their own.
   *
   * @param oldest null: of any age
   */
  public CompletionStore notOlderThan(@Nullable Instant oldest) {
    return new CompletionStore(spark, path, tornLines, oldest);
  }

  /** Whether nothing was ever kept there, neither an answer nor a batch; jobs may run. */
  public boolean isNew() throws IOException {
    return files.isEmpty();
  }

  /**
   * What the store holds at one moment; what comes later is not seen.
   *
   * @param entries of {@link StoreColumns}
   * @param isFixed whether nothing can be added to what was listed: no journal, which may have a
   *     writer, is part of it
   * @param oldest entries that were completed before serve no run but their own; null: of any age
   */
  public record Snapshot(Dataset<Row> entries, boolean isFixed, @Nullable Instant oldest) {
    /**
     * Fingerprints that need no call: answered, or failed in a way that would repeat itself, and
     * not too old. May repeat. Columns: fingerprint, and whether a run of that id wrote it.
     */
    public Dataset<Row> served(String runId) {
      return served(isAnswer().or(isPermanentFailure()), runId);
    }

    /**
     * As {@link #served}, but of the requests that failed for good only those that did so in this
     * run.
     */
    public Dataset<Row> answeredOrFailedIn(String runId) {
      return served(isAnswer().or(isPermanentFailure().and(writtenIn(runId))), runId);
    }

    private Dataset<Row> served(Column which, String runId) {
      return entries
          .where(which.and(mayServe(oldest, runId)))
          .select(col(Columns.FINGERPRINT), writtenIn(runId).as(BY_THIS_RUN));
    }

    /**
     * The entries behind {@link #served}, with the columns asked for: what {@link
     * CompletionStore#serving} finds where no fingerprint has more than one of them.
     *
     * @param requests one row per fingerprint asked for, in a column of that name
     */
    public Dataset<Row> servingOnce(Dataset<Row> requests, String runId) {
      return entries
          .where(isAnswer().or(isPermanentFailure()).and(mayServe(oldest, runId)))
          .join(requests, BY_FINGERPRINT);
    }
  }

  /**
   * The journal is listed before the Parquet files: what a compaction moves in between is then read
   * twice, not missed.
   */
  public Snapshot snapshot() throws IOException {
    List<Segment> segments = files.uncompactedSegments();
    Dataset<Row> journal = journal(segments);
    return new Snapshot(journal.union(compacted()), segments.isEmpty(), oldest);
  }

  /**
   * The entry that serves each fingerprint: the earliest answer that is not too old, else the
   * latest such failure that is permanent or was met in this run. Columns as asked for and those of
   * {@link StoreColumns}, one row per fingerprint that has any.
   *
   * @param requests one row per fingerprint asked for, in a column of that name
   */
  public Dataset<Row> serving(Dataset<Row> requests, String runId) throws IOException {
    Column metInThisRun = writtenIn(runId).and(isFailure(FailureKind::isTransient));
    Column time = unix_micros(col(StoreColumns.COMPLETED_AT));
    Column order =
        struct(
            when(isAnswer(), lit(0)).otherwise(lit(1)),
            when(isAnswer(), time).otherwise(time.multiply(lit(-1))),
            col(StoreColumns.ENTRY_ID));
    Dataset<Row> candidates =
        snapshot()
            .entries()
            .where(isAnswer().or(isPermanentFailure()).or(metInThisRun))
            .where(mayServe(oldest, runId))
            .join(requests, BY_FINGERPRINT);
    Column[] others =
        Arrays.stream(candidates.columns())
            .filter(name -> !name.equals(Columns.FINGERPRINT))
            .map(functions::col)
            .toArray(Column[]::new);
    // the key stays a column of its own: what is joined by it later needs no further shuffle
    return candidates
        .groupBy(Columns.FINGERPRINT)
        .agg(min_by(struct(others), order).as("entry"))
        .select(Columns.FINGERPRINT, "entry.*");
  }

  /** All entries that a run wrote, each once. */
  public Dataset<Row> entriesOf(String runId) throws IOException {
    Dataset<Row> journal = journal(files.uncompactedSegments(runId));
    return journal.union(compacted()).where(writtenIn(runId)).dropDuplicates(StoreColumns.ENTRY_ID);
  }

  /**
   * Turns a run's segments into Parquet; the run must have no writer any more. What was compacted
   * is not read as journal any more, and deleted by {@link #compact()} some day. Killed at any
   * point it leaves entries twice at the most, which readers drop.
   */
  public void compact(String runId) throws IOException {
    compact(files.compactable(files.uncompactedSegments(runId), Set.of()));
  }

  private void compact(List<Segment> segments) throws IOException {
    if (!segments.isEmpty()) {
      long bytes = segments.stream().mapToLong(Segment::bytes).sum();
      new Compaction(files).write(journal(segments), bytes);
      files.markCompacted(segments);
    }
  }

  /**
   * Turns the closed segments of all runs into Parquet, and those of dead writers; merges small
   * Parquet files; deletes what was replaced longer ago than any reader takes. Safe to kill, and
   * beside jobs that run.
   */
  public CompactionReport compact() throws IOException {
    return compact(StoreCare.GRACE);
  }

  CompactionReport compact(Duration grace) throws IOException {
    List<Segment> found = files.uncompactedSegments(); // first: their writers' locks are there then
    Set<String> live = LockFiles.liveRuns(path, files.hadoop(), JobLock.LIFE);
    List<Segment> segments = files.compactable(found, live);
    compact(segments);
    StoreCare care = new StoreCare(files, grace);
    long merged = 0;
    for (Mergeable day : care.mergeable()) {
      new Compaction(files).write(entriesIn(day.paths()), day.bytes());
      care.markReplaced(day);
      merged += day.lengths().size();
    }
    Set<String> unfinished = new HashSet<>(CurrentRun.runIds(path, files.hadoop()));
    unfinished.addAll(live);
    long deleted = care.deleteReplaced(unfinished);
    return new CompactionReport(segments.size(), merged, deleted);
  }

  private Dataset<Row> entriesIn(List<String> parquetFiles) {
    return spark
        .read()
        .schema(StoreColumns.SCHEMA)
        .option("basePath", files.completions().toString())
        .parquet(parquetFiles.toArray(String[]::new))
        .dropDuplicates(StoreColumns.ENTRY_ID);
  }

  /** Counts all that the store holds; a job over all entries, without their texts. */
  public StoreStats stats() throws IOException {
    List<Segment> open = files.uncompactedSegments();
    Dataset<Row> entries =
        snapshot()
            .entries()
            .groupBy(StoreColumns.ENTRY_ID)
            .agg(
                first(Columns.FINGERPRINT).as(Columns.FINGERPRINT),
                first(isAnswer()).as("answer"),
                first("cost_usd").as("cost_usd"),
                count(lit(1)).as("copies"));
    Row all =
        entries
            .agg(
                count(lit(1)).as("entries"),
                count_if(col("answer")).as("answers"),
                count_distinct(when(col("answer"), col(Columns.FINGERPRINT))).as("answered"),
                coalesce(sum("copies"), lit(0L)).as("copies"),
                coalesce(sum("cost_usd"), lit(0)).as("cost"))
            .first();
    long count = all.getAs("entries");
    long answers = all.getAs("answers");
    return new StoreStats(
        new StoreStats.Entries(count, answers, count - answers),
        answers - all.<Long>getAs("answered"),
        all.<Long>getAs("copies") - count,
        tornLines(),
        new StoreStats.Files(
            files.size(new Path(path, JournalFiles.FOLDER)),
            files.size(files.completions()),
            open.size()),
        new BigDecimal(new Usd(all.getAs("cost")).toString()),
        CurrentRun.runIds(path, files.hadoop()));
  }

  /** Lines of the journal that were torn or damaged and skipped, over all reads so far. */
  public long tornLines() {
    return tornLines.value();
  }

  /**
   * What a run's writers left open, counted for each writer apart; nothing for writers that came to
   * their orderly end. Runs a small job over all segments of the run, which must have no writer any
   * more.
   */
  public InDoubt inDoubt(String runId) throws IOException {
    SerializableConfiguration hadoop =
        new SerializableConfiguration(spark.sparkContext().hadoopConfiguration());
    List<List<String>> writers =
        JournalFiles.byWriter(files.segments(runId)).stream()
            .map(segments -> segments.stream().map(Path::toString).toList())
            .toList();
    return JavaSparkContext.fromSparkContext(spark.sparkContext())
        .parallelize(writers, Math.max(1, writers.size()))
        .map(segments -> OpenCalls.read(segments.stream().map(Path::new).toList(), hadoop.value()))
        .collect()
        .stream()
        .reduce(InDoubt.NONE, InDoubt::plus);
  }

  private Dataset<Row> compacted() throws IOException {
    return files.hasCompletions()
        ? spark.read().schema(StoreColumns.SCHEMA).parquet(files.completions().toString())
        : journal(List.of());
  }

  private Dataset<Row> journal(List<Segment> segments) {
    if (segments.isEmpty()) { // no task for it
      return spark.createDataFrame(List.of(), StoreColumns.SCHEMA);
    }
    SerializableConfiguration hadoop =
        new SerializableConfiguration(spark.sparkContext().hadoopConfiguration());
    LongAccumulator torn = tornLines;
    List<String> paths = segments.stream().map(segment -> segment.path().toString()).toList();
    JavaRDD<Row> rows =
        JavaSparkContext.fromSparkContext(spark.sparkContext())
            .parallelize(paths, Math.max(1, paths.size()))
            .flatMap(segment -> JournalRows.read(new Path(segment), hadoop.value(), torn));
    return spark.createDataFrame(rows, StoreColumns.SCHEMA);
  }

  private static Column writtenIn(String runId) {
    return col(StoreColumns.RUN_ID).equalTo(runId);
  }

  /** Clocks may differ: what the run itself wrote is never too old. */
  private static Column mayServe(@Nullable Instant oldest, String runId) {
    return oldest == null
        ? lit(true)
        : col(StoreColumns.COMPLETED_AT).geq(lit(oldest)).or(writtenIn(runId));
  }

  private static Column isAnswer() {
    return col(Columns.ERROR_KIND).isNull();
  }

  private static Column isPermanentFailure() {
    return isFailure(FailureKind::isPermanent);
  }

  private static Column isFailure(Predicate<FailureKind> kinds) {
    return col(Columns.ERROR_KIND)
        .isin(Arrays.stream(FailureKind.values()).filter(kinds).map(FailureKind::name).toArray());
  }
}

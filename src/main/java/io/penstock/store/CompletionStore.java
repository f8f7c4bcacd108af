package io.penstock.store;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min_by;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.unix_micros;
import static org.apache.spark.sql.functions.when;

import io.penstock.domain.FailureKind;
import io.penstock.lake.Columns;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The driver's view of a completion store: a grow-only set of entries, of which the earliest answer
 * serves a fingerprint. Not thread-safe. Datasets are lazy and hold the files that existed when
 * they were made.
 */
public final class CompletionStore {
  private static final String[] BY_FINGERPRINT = {Columns.FINGERPRINT};

  private final SparkSession spark;
  private final String path;
  private final StoreFiles files;
  private final LongAccumulator tornLines;

  public CompletionStore(SparkSession spark, String path) {
    this.spark = spark;
    this.path = path;
    this.files = new StoreFiles(path, spark.sparkContext().hadoopConfiguration());
    this.tornLines = spark.sparkContext().longAccumulator("torn journal lines");
  }

  /** Whether there is no such folder yet. */
  public boolean isNew() throws IOException {
    return !fileSystem().exists(new Path(path));
  }

  /**
   * Fingerprints that need no call: answered, or failed in a way that would repeat itself. May
   * repeat.
   */
  public Dataset<Row> servedFingerprints() throws IOException {
    return entries().where(isAnswer().or(isPermanentFailure())).select(Columns.FINGERPRINT);
  }

  /**
   * The entry that serves each fingerprint: the earliest answer, else the latest failure that is
   * permanent or was met in this run. Columns of {@link StoreColumns}, one row per fingerprint that
   * has any.
   *
   * @param fingerprints the ones asked for, in a column of that name
   */
  public Dataset<Row> serving(Dataset<Row> fingerprints, String runId) throws IOException {
    Column metInThisRun =
        col(StoreColumns.RUN_ID).equalTo(runId).and(isFailure(FailureKind::isTransient));
    Column time = unix_micros(col(StoreColumns.COMPLETED_AT));
    Column order =
        struct(
            when(isAnswer(), lit(0)).otherwise(lit(1)),
            when(isAnswer(), time).otherwise(time.multiply(lit(-1))),
            col(StoreColumns.ENTRY_ID));
    return entries()
        .where(isAnswer().or(isPermanentFailure()).or(metInThisRun))
        .join(fingerprints.select(Columns.FINGERPRINT), BY_FINGERPRINT, "left_semi")
        .groupBy(Columns.FINGERPRINT)
        .agg(min_by(struct(col("*")), order).as("entry"))
        .select("entry.*");
  }

  /** All entries that a run wrote, each once. */
  public Dataset<Row> entriesOf(String runId) throws IOException {
    Dataset<Row> journal = journal(files.uncompactedSegments(runId));
    return journal
        .union(compacted())
        .where(col(StoreColumns.RUN_ID).equalTo(runId))
        .dropDuplicates(StoreColumns.ENTRY_ID);
  }

  /**
   * Turns a run's closed segments into Parquet. Nothing is deleted; what was compacted is not read
   * as journal any more. Killed at any point it leaves entries twice at the most, which readers
   * drop.
   */
  public void compact(String runId) throws IOException {
    List<Path> segments = files.uncompactedSegments(runId);
    if (!segments.isEmpty()) {
      new Compaction(files).run(journal(segments), runId, segments);
    }
  }

  /** Lines of the journal that were torn or damaged and skipped, over all reads so far. */
  public long tornLines() {
    return tornLines.value();
  }

  /**
   * The journal is listed before the Parquet files: what a compaction moves in between is then read
   * twice, not missed.
   */
  private Dataset<Row> entries() throws IOException {
    Dataset<Row> journal = journal(files.uncompactedSegments());
    return journal.union(compacted());
  }

  private Dataset<Row> compacted() throws IOException {
    return files.hasCompletions()
        ? spark.read().schema(StoreColumns.SCHEMA).parquet(files.completions().toString())
        : journal(List.of());
  }

  private Dataset<Row> journal(List<Path> segments) {
    SerializableConfiguration hadoop =
        new SerializableConfiguration(spark.sparkContext().hadoopConfiguration());
    LongAccumulator torn = tornLines;
    List<String> paths = segments.stream().map(Path::toString).toList();
    JavaRDD<Row> rows =
        JavaSparkContext.fromSparkContext(spark.sparkContext())
            .parallelize(paths, Math.max(1, paths.size()))
            .flatMap(segment -> JournalRows.read(new Path(segment), hadoop.value(), torn));
    return spark.createDataFrame(rows, StoreColumns.SCHEMA);
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

  private FileSystem fileSystem() throws IOException {
    return new Path(path).getFileSystem(spark.sparkContext().hadoopConfiguration());
  }
}

package io.penstock.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.FailureKind;
import io.penstock.domain.Fingerprint;
import io.penstock.domain.Usd;
import io.penstock.lake.Columns;
import io.penstock.pipeline.SparkForTests;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CompletionStoreTest {
  private static final String RUN = Entries.RUN;

  private static SparkSession spark;

  @TempDir Path folder;

  @BeforeAll
  static void startSpark() {
    spark = SparkForTests.session();
  }

  @Test
  void isNewUntilSomethingIsKept() throws IOException {
    Files.createDirectory(folder.resolve("locks"));
    assertThat(store().isNew()).isTrue();

    write(RUN, Entries.answer("e1", 1, "a", 1));

    assertThat(store().isNew()).isFalse();
  }

  @Test
  void isNotNewWhereBatchesArePending() throws IOException {
    Files.createDirectories(folder.resolve("pending/b1"));

    assertThat(store().isNew()).isFalse();
    assertThat(serving(1)).isEmpty();
    assertThat(store().entriesOf(RUN).count()).isZero();
  }

  @Test
  void anEmptyStoreServesNothing() throws IOException {
    assertThat(serving(1, 2)).isEmpty();
    assertThat(store().snapshot().served("none").count()).isZero();
    assertThat(store().entriesOf(RUN).count()).isZero();
  }

  @Test
  void keepsWhatTheProviderSaidAndWhatItCost() throws IOException {
    write(RUN, Entries.answer("e1", 1, "yes \0 🙂", 3));

    Row row = serving(1).get(0);

    assertThat(row.<String>getAs("completion")).isEqualTo("yes \0 🙂");
    assertThat(row.<String>getAs("finish_reason")).isEqualTo("STOP");
    assertThat(row.<Long>getAs("cache_creation_input_tokens")).isEqualTo(30);
    assertThat(row.<BigDecimal>getAs("cost_usd")).isEqualByComparingTo("0.000000000001");
    assertThat(row.<String>getAs("price_version")).isEqualTo("2026-11-22");
    assertThat(row.<Long>getAs("latency_ms")).isEqualTo(1500);
    assertThat(row.<String>getAs("day")).isEqualTo("2026-11-22");
    assertThat(row.<String>getAs("error_kind")).isNull();
  }

  @Test
  void keepsWhyThereIsNoAnswerAndWhatWasWasted() throws IOException {
    write(RUN, Entries.failure(RUN, "e1", 1, FailureKind.TIMEOUT, 3));

    Row row = serving(1).get(0);

    assertThat(row.<String>getAs("error_kind")).isEqualTo("TIMEOUT");
    assertThat(row.<String>getAs("error_message")).isEqualTo("TIMEOUT at 3");
    assertThat(row.<BigDecimal>getAs("waste_possible_usd")).isEqualByComparingTo("1.25");
    assertThat(row.<Integer>getAs("attempts")).isEqualTo(2);
    assertThat(row.<Integer>getAs("rate_limited")).isEqualTo(1);
    assertThat(row.<BigDecimal>getAs("cost_usd")).isNull();
    assertThat(row.<Long>getAs("input_tokens")).isNull();
  }

  @Test
  void theEarliestAnswerServes() throws IOException {
    write(RUN, Entries.answer("e1", 1, "late", 9), Entries.answer("e3", 1, "first", 2));
    write("r2", Entries.answerOf("r2", "e2", 1, "later", 5));

    assertThat(idsServing(1)).containsExactly("e3");
  }

  @Test
  void ofAnswersOfOneMomentTheSmallestIdServes() throws IOException {
    write(RUN, Entries.answer("e2", 1, "b", 1), Entries.answer("e1", 1, "a", 1));

    assertThat(idsServing(1)).containsExactly("e1");
  }

  @Test
  void anAnswerBeatsAnyFailure() throws IOException {
    write(
        RUN,
        Entries.failure(RUN, "e1", 1, FailureKind.CONTEXT_TOO_LONG, 1),
        Entries.answer("e2", 1, "yes", 5),
        Entries.failure(RUN, "e3", 1, FailureKind.TIMEOUT, 9));

    assertThat(idsServing(1)).containsExactly("e2");
  }

  @Test
  void ofFailuresTheLatestServes() throws IOException {
    write(
        RUN,
        Entries.failure(RUN, "e1", 1, FailureKind.TIMEOUT, 1),
        Entries.failure(RUN, "e2", 1, FailureKind.INVALID_REQUEST, 8),
        Entries.failure(RUN, "e3", 1, FailureKind.NETWORK, 3));

    assertThat(idsServing(1)).containsExactly("e2");
  }

  @Test
  void permanentFailuresServeLaterRunsAndTransientOnesOnlyTheirOwn() throws IOException {
    write(
        "r0",
        Entries.failure("r0", "e1", 1, FailureKind.CONTENT_FILTERED, 1),
        Entries.failure("r0", "e2", 2, FailureKind.OVERLOADED, 1));

    assertThat(idsServing(1, 2)).containsExactly("e1");
    assertThat(store().serving(asked(1, 2), "r0").count()).isEqualTo(2);
  }

  @Test
  void failuresOfTheAccountServeNobody() throws IOException {
    write(RUN, Entries.failure(RUN, "e1", 1, FailureKind.AUTHENTICATION, 1));

    assertThat(serving(1)).isEmpty();
    assertThat(store().entriesOf(RUN).count()).isEqualTo(1); // kept for its waste
  }

  @Test
  void onlyWhatIsAskedForIsServed() throws IOException {
    write(RUN, Entries.answer("e1", 1, "a", 1), Entries.answer("e2", 2, "b", 1));

    assertThat(idsServing(2, 2, 3)).containsExactly("e2"); // one row however often it is asked for
  }

  @Test
  void answersAndPermanentFailuresNeedNoCall() throws IOException {
    write(
        "r0",
        Entries.answerOf("r0", "e1", 1, "a", 1),
        Entries.failure("r0", "e2", 2, FailureKind.INVALID_RESPONSE, 1),
        Entries.failure("r0", "e3", 3, FailureKind.RATE_LIMITED, 1),
        Entries.failure("r0", "e4", 4, FailureKind.QUOTA_EXHAUSTED, 1));

    List<Row> served =
        store().snapshot().served("none").select("fingerprint").distinct().collectAsList();

    assertThat(served)
        .extracting(row -> Fingerprint.of(row.getAs(0)))
        .containsExactlyInAnyOrder(Entries.fingerprint(1), Entries.fingerprint(2));
  }

  @Test
  void equalEntriesAreOne() throws IOException {
    write(RUN, Entries.answer("e1", 1, "a", 1), Entries.answer("e2", 1, "b", 2));
    write(RUN, Entries.answer("e1", 1, "a", 1));
    write("r2", Entries.answerOf("r2", "e9", 9, "other", 1));

    assertThat(ids(store().entriesOf(RUN))).containsExactlyInAnyOrder("e1", "e2");
  }

  @Test
  void damagedLinesAreCountedAndTheOthersServe() throws IOException {
    write(RUN, Entries.answer("e1", 1, "a", 1), Entries.answer("e2", 2, "b", 1));
    Path segment = segments(RUN).get(0);
    Files.writeString(segment, Files.readString(segment).replace("\"e1\"", "\"e7\""));
    CompletionStore store = store();

    assertThat(ids(store.serving(asked(1, 2), RUN))).containsExactly("e2");
    assertThat(store.tornLines()).isEqualTo(1);
  }

  @Test
  void whatIsCompactedServesAsBefore() throws IOException {
    write(RUN, Entries.answer("e1", 1, "a", 1), Entries.answer("e2", 2, "next day", 120));
    write("r2", Entries.answerOf("r2", "e3", 3, "c", 1));

    store().compact(RUN);

    assertThat(idsServing(1, 2, 3)).containsExactlyInAnyOrder("e1", "e2", "e3");
    assertThat(ids(store().entriesOf(RUN))).containsExactlyInAnyOrder("e1", "e2");
    assertThat(folder.resolve("completions/day=2026-11-22")).isNotEmptyDirectory();
    assertThat(folder.resolve("completions/day=2026-11-23")).isNotEmptyDirectory();
    assertThat(segments(RUN)).hasSize(1); // nothing is deleted
  }

  @Test
  void whatIsCompactedIsReadFromParquetOnly() throws IOException {
    write(RUN, Entries.answer("e1", 1, "a", 1));
    store().compact(RUN);
    Files.writeString(segments(RUN).get(0), "no line of this is whole\n");
    CompletionStore store = store();

    assertThat(ids(store.serving(asked(1), RUN))).containsExactly("e1");
    assertThat(store.tornLines()).isZero();
    assertThat(store.snapshot().served("none").count()).isEqualTo(1); // not twice
  }

  @Test
  void whatCameInABatchSaysSoInJournalAndParquet() throws IOException {
    write(RUN, Entries.answer("e1", 1, "a", 1).inBatch(Usd.of("0.5")));

    assertFacts("batch 0.500000000000 null");
    store().compact(RUN);
    assertFacts("batch 0.500000000000 null");
  }

  @Test
  void filesOfAnEarlierPenstockAreRead() throws IOException {
    write(RUN, Entries.answer("e1", 1, "a", 1));
    store().compact(RUN);
    String path = folder.resolve("completions").toString();
    Dataset<Row> earlier =
        spark.read().schema(StoreColumns.SCHEMA).parquet(path).drop(StoreColumns.LIST_USD);
    List<Row> rows = earlier.collectAsList();
    spark
        .createDataFrame(rows, earlier.schema())
        .write()
        .mode("overwrite")
        .partitionBy(StoreColumns.DAY)
        .parquet(path);
    spark.catalog().clearCache();

    assertFacts("realtime null " + Entries.ONE_ATTEMPT.latencyMillis());
  }

  /** Of the one entry: delivery, list_usd and latency_ms. */
  private void assertFacts(String expected) throws IOException {
    Row entry = store().serving(asked(1), RUN).first();
    assertThat(
            entry.getAs("delivery")
                + " "
                + entry.getAs("list_usd")
                + " "
                + entry.getAs("latency_ms"))
        .isEqualTo(expected);
  }

  @Test
  void compactingAgainChangesNothing() throws IOException {
    write(RUN, Entries.answer("e1", 1, "a", 1));
    store().compact(RUN);
    List<Path> before = parquetFiles();

    store().compact(RUN);

    assertThat(parquetFiles()).isEqualTo(before);
    assertThat(ids(store().entriesOf(RUN))).containsExactly("e1");
  }

  @Test
  void aCompactionKilledBeforeItsMarkerChangesNothing() throws IOException {
    write(RUN, Entries.answer("e1", 1, "a", 1), Entries.answer("e2", 2, "b", 1));
    store().compact(RUN);
    Files.delete(marker());

    assertThat(idsServing(1, 2)).containsExactlyInAnyOrder("e1", "e2");
    assertThat(ids(store().entriesOf(RUN))).containsExactlyInAnyOrder("e1", "e2");
    store().compact(RUN); // and once more
    assertThat(ids(store().entriesOf(RUN))).containsExactlyInAnyOrder("e1", "e2");
    assertThat(idsServing(1, 2)).containsExactlyInAnyOrder("e1", "e2");
  }

  @Test
  void aCompactionKilledBeforeItMovedAnythingChangesNothing() throws IOException {
    write(RUN, Entries.answer("e1", 1, "a", 1));
    store().compact(RUN);
    Path staging = Files.createDirectory(folder.resolve("completions/_staging-r1-x"));
    Path day = folder.resolve("completions/day=2026-11-22");
    Files.move(day, staging.resolve("day=2026-11-22"));
    Files.delete(marker());

    assertThat(idsServing(1)).containsExactly("e1");
    assertThat(ids(store().entriesOf(RUN))).containsExactly("e1");
  }

  @Test
  void segmentsThatAppearAfterACompactionAreCompactedByTheNext() throws IOException {
    write(RUN, Entries.answer("e1", 1, "a", 1));
    store().compact(RUN);
    write(RUN, Entries.answer("e2", 2, "b", 1));
    assertThat(idsServing(1, 2)).containsExactlyInAnyOrder("e1", "e2");

    store().compact(RUN);

    assertThat(store().snapshot().served("none").count()).isEqualTo(2);
    assertThat(parquetFiles()).hasSize(2);
  }

  @Test
  void aRunWithoutAJournalHasNothingToCompact() throws IOException {
    store().compact("r9");

    assertThat(folder.resolve("completions")).doesNotExist();
  }

  private Path marker() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("journal/run=" + RUN))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("_compacted-"))
          .findAny()
          .orElseThrow();
    }
  }

  private CompletionStore store() {
    return new CompletionStore(spark, folder.toString());
  }

  private List<Row> serving(int... fingerprints) throws IOException {
    return store().serving(asked(fingerprints), RUN).collectAsList();
  }

  private List<String> idsServing(int... fingerprints) throws IOException {
    return ids(store().serving(asked(fingerprints), RUN));
  }

  private static List<String> ids(Dataset<Row> entries) {
    return entries.select(StoreColumns.ENTRY_ID).collectAsList().stream()
        .map(row -> row.getString(0))
        .toList();
  }

  private static Dataset<Row> asked(int... fingerprints) {
    List<Row> rows =
        Arrays.stream(fingerprints)
            .mapToObj(number -> RowFactory.create((Object) Entries.fingerprint(number).toBytes()))
            .toList();
    return spark.createDataFrame(
        rows, new StructType().add(Columns.FINGERPRINT, DataTypes.BinaryType));
  }

  private void write(String runId, StoreEntry... entries) throws IOException {
    try (Journal journal =
        new Journal(
            folder.toString(),
            runId,
            "exec-1",
            Entries.DURABILITY,
            spark.sparkContext().hadoopConfiguration())) {
      for (StoreEntry entry : entries) {
        journal.append(entry);
      }
    }
  }

  private List<Path> segments(String runId) throws IOException {
    try (var files = Files.list(folder.resolve("journal/run=" + runId))) {
      return files.filter(path -> path.getFileName().toString().startsWith("exec-")).toList();
    }
  }

  private List<Path> parquetFiles() throws IOException {
    try (var files = Files.walk(folder.resolve("completions"))) {
      return files.filter(path -> path.toString().endsWith(".parquet")).sorted().toList();
    }
  }
}

package io.penstock.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.FailureKind;
import io.penstock.pipeline.SparkForTests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compaction of a whole store, and what it counts. */
class StoreCareTest {
  private static final Configuration HADOOP = new Configuration();
  private static final Duration DAY = Duration.ofHours(24);

  @TempDir Path folder;

  private CompletionStore store() {
    return new CompletionStore(SparkForTests.session(), folder.toString());
  }

  private Journal writer(String runId) {
    return new Journal(folder.toString(), runId, "exec-1", Entries.DURABILITY, HADOOP);
  }

  private void write(String runId, StoreEntry... entries) throws IOException {
    try (Journal journal = writer(runId)) {
      for (StoreEntry entry : entries) {
        journal.append(entry);
      }
    }
  }

  private static StoreEntry answer(String runId, String id, int fingerprint) {
    return Entries.answerOf(runId, id, fingerprint, "text of " + id, fingerprint);
  }

  private List<String> ids(String runId) throws IOException {
    return store().entriesOf(runId).select(StoreColumns.ENTRY_ID).collectAsList().stream()
        .map(row -> row.getString(0))
        .sorted()
        .toList();
  }

  private List<Path> files(String under, String pattern) throws IOException {
    if (!Files.exists(folder.resolve(under))) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(folder.resolve(under))) {
      return all.filter(file -> file.getFileName().toString().matches(pattern)).toList();
    }
  }

  @Test
  void ofARunThatIsUnderWayOnlyClosedSegmentsAreTaken() throws Exception {
    try (JobLock lock = JobLock.take(folder.toString(), "job", HADOOP);
        Journal open = writer("r1")) {
      lock.runs("r1");
      lock.renew();
      write("r1", answer("r1", "e1", 1));
      open.append(answer("r1", "e2", 2)).join();

      assertThat(store().compact().segments()).isEqualTo(1);
      assertThat(ids("r1")).containsExactly("e1", "e2");
      assertThat(store().stats().files().openSegments()).isEqualTo(1);
    }
  }

  @Test
  void whatAnOrphanAppendsAfterwardsIsReadAndCompactedAgain() throws Exception {
    Journal orphan = writer("r1");
    orphan.append(answer("r1", "e1", 1)).join();
    assertThat(store().compact().segments()).isEqualTo(1);

    orphan.append(answer("r1", "e2", 2)).join();

    assertThat(ids("r1")).containsExactly("e1", "e2");
    orphan.close();
    assertThat(store().compact().segments()).isEqualTo(1);
    assertThat(ids("r1")).containsExactly("e1", "e2");
    assertThat(store().compact().segments()).isZero();
  }

  @Test
  void aMarkerThatAKillLeftTornHidesNothing() throws Exception {
    write("r1", answer("r1", "e1", 1));
    String segment = files("journal/run=r1", "exec-1-.*").get(0).getFileName().toString();
    Files.writeString(folder.resolve("journal/run=r1/_compacted-torn"), segment);

    assertThat(ids("r1")).containsExactly("e1");
    store().compact(Duration.ZERO);
    assertThat(ids("r1")).containsExactly("e1");
  }

  @Test
  void smallFilesOfADayBecomeOneAndGoAfterTheirGrace() throws Exception {
    for (int run = 1; run <= 3; run++) {
      write("r" + run, answer("r" + run, "e" + run, run));
      store().compact("r" + run);
    }
    assertThat(files("completions", "part-.*parquet")).hasSize(3);

    CompactionReport first = store().compact(DAY);
    CompactionReport second = store().compact(DAY);
    CompactionReport third = store().compact(Duration.ZERO);

    assertThat(first.merged()).isEqualTo(3);
    assertThat(first.deleted()).isZero();
    assertThat(second.merged()).isZero();
    assertThat(third.deleted()).isEqualTo(3 + 3); // files, and segments of the journal
    assertThat(files("completions", "part-.*parquet")).hasSize(1);
    assertThat(files("completions", "_replaced.*")).isEmpty();
    assertThat(files("journal", "run=.*")).isEmpty();
    assertThat(ids("r2")).containsExactly("e2");
    assertThat(store().snapshot().served("none").select("fingerprint").distinct().count())
        .isEqualTo(3);
  }

  @Test
  void segmentsOfAJobsUnfinishedRunStay() throws Exception {
    write("r1", answer("r1", "e1", 1));
    new CurrentRun("r1", "/runs/r1").write(folder.toString(), "job", HADOOP);

    store().compact(Duration.ZERO);
    store().compact(Duration.ZERO);

    assertThat(files("journal", "exec-1-.*")).hasSize(1);
    CurrentRun.clear(folder.toString(), "job", HADOOP);
    store().compact(Duration.ZERO);
    assertThat(files("journal", ".*")).hasSize(1); // the folder itself
  }

  @Test
  void whatKilledCompactionsLeftGoesAfterItsGrace() throws Exception {
    write("r1", answer("r1", "e1", 1));
    store().compact();
    Files.createDirectories(folder.resolve("completions/_staging-dead/day=2026-01-01"));

    store().compact(DAY);
    assertThat(folder.resolve("completions/_staging-dead")).exists();
    store().compact(Duration.ZERO);

    assertThat(folder.resolve("completions/_staging-dead")).doesNotExist();
  }

  @Test
  void theStatsCountWhatIsThere() throws Exception {
    write("r1", answer("r1", "e1", 1), answer("r1", "e2", 2));
    write("r2", answer("r2", "e3", 1), Entries.failure("r2", "e4", 3, FailureKind.TIMEOUT, 3));
    Path segment = files("journal/run=r2", "exec-1-.*").get(0);
    Files.writeString(segment, "0badc0de {\"torn", StandardOpenOption.APPEND);
    store().compact("r1");
    Files.delete(files("journal/run=r1", "_compacted-.*").get(0)); // as if killed before it

    StoreStats stats = store().stats();

    assertThat(stats.entries()).isEqualTo(new StoreStats.Entries(4, 3, 1));
    assertThat(stats.duplicates()).isEqualTo(1);
    assertThat(stats.repeated()).isEqualTo(2);
    assertThat(stats.tornLines()).isPositive();
    assertThat(stats.costUsd()).isEqualTo(new BigDecimal("0.000000000003"));
    assertThat(stats.files().openSegments()).isEqualTo(2);
    assertThat(stats.files().journalBytes()).isPositive();
    assertThat(stats.lines()).anyMatch(line -> line.contains("4: 3 answers, 1 failures"));
  }

  @Test
  void besideTwoRunsNothingIsLostNorTakenFromThem() throws Exception {
    int entries = 300;
    try (JobLock one = JobLock.take(folder.toString(), "one", HADOOP);
        JobLock two = JobLock.take(folder.toString(), "two", HADOOP)) {
      one.runs("r1");
      two.runs("r2");
      one.renew();
      two.renew();
      CompletableFuture<Void> first = CompletableFuture.runAsync(() -> writeSlowly("r1", entries));
      CompletableFuture<Void> second = CompletableFuture.runAsync(() -> writeSlowly("r2", entries));
      CompletableFuture<Void> both = CompletableFuture.allOf(first, second);

      int compactions = 0;
      while (!both.isDone()) {
        store().compact(Duration.ZERO);
        compactions++;
      }

      both.join();
      assertThat(compactions).isGreaterThan(1);
      assertThat(ids("r1")).hasSize(entries).doesNotHaveDuplicates();
      assertThat(ids("r2")).hasSize(entries).doesNotHaveDuplicates();
    }
  }

  /** A writer after the other, so that segments are closed while others are open. */
  private void writeSlowly(String runId, int entries) {
    try {
      for (int i = 0; i < entries; ) {
        try (Journal journal = writer(runId)) {
          for (int last = i + 20; i < last; i++) {
            journal.append(answer(runId, runId + "-e" + i, i)).join();
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void anEmptyStoreHasNothingToDo() throws Exception {
    assertThat(store().compact()).isEqualTo(new CompactionReport(0, 0, 0));
    assertThat(store().stats().entries()).isEqualTo(new StoreStats.Entries(0, 0, 0));
  }
}

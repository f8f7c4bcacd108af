package io.penstock.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.FailureKind;
import io.penstock.pipeline.SparkForTests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A compaction that is killed at any step leaves a store that holds the same. */
@Tag("slow")
class KilledCompactionIT {
  private static final int MOST_STEPS = 500;

  @TempDir Path folder;

  private Configuration hadoop() {
    return DyingFileSystem.register(SparkForTests.hadoop());
  }

  @AfterEach
  void live() {
    DyingFileSystem.live();
  }

  private CompletionStore store(Path path) {
    return new CompletionStore(SparkForTests.session(), DyingFileSystem.pathOf(path));
  }

  /** Two runs in the journal, one in Parquet. */
  private void fill(Path path) throws IOException {
    DyingFileSystem.live();
    for (int run = 1; run <= 3; run++) {
      String runId = "r" + run;
      Journal journal =
          new Journal(DyingFileSystem.pathOf(path), runId, "exec-1", Entries.DURABILITY, hadoop());
      journal.append(Entries.answerOf(runId, runId + "-a", run, "a", run));
      journal.append(Entries.failure(runId, runId + "-b", 9, FailureKind.CONTEXT_TOO_LONG, run));
      journal.close();
      if (run == 1) {
        store(path).compact(runId);
      }
    }
  }

  private static List<String> entries(CompletionStore store) throws IOException {
    return Stream.of("r1", "r2", "r3").flatMap(runId -> lines(store, runId)).sorted().toList();
  }

  private static Stream<String> lines(CompletionStore store, String runId) {
    try {
      return store.entriesOf(runId).drop(StoreColumns.DAY).collectAsList().stream()
          .map(row -> row.get(0) + " " + row.get(2) + " " + row.get(7) + " " + row.get(19));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static List<String> leftovers(Path path) throws IOException {
    try (Stream<Path> all = Files.walk(path)) {
      return all.map(file -> file.getFileName().toString())
          .filter(name -> name.matches("_staging-.*|_replaced-.*|_compacted-.*|exec-1-.*|run=.*"))
          .toList();
    }
  }

  @Test
  void atEachStep() throws IOException {
    fill(folder.resolve("whole"));
    List<String> expected = entries(store(folder.resolve("whole")));
    int steps = 0;
    boolean killed = true;
    while (killed) {
      Path path = folder.resolve("killed-" + steps);
      fill(path);
      killed = isKilledAfter(steps, store(path));

      assertThat(entries(store(path))).as("killed after %d changes", steps).isEqualTo(expected);
      store(path).compact(Duration.ZERO);
      store(path).compact(Duration.ZERO); // what the first replaced
      assertThat(entries(store(path))).as("killed after %d changes", steps).isEqualTo(expected);
      assertThat(leftovers(path)).as("killed after %d changes", steps).isEmpty();
      steps++;
    }
    assertThat(steps).isBetween(20, MOST_STEPS);
  }

  private static boolean isKilledAfter(int steps, CompletionStore store) {
    DyingFileSystem.dieAfter(steps);
    try {
      store.compact();
      return false;
    } catch (Exception e) { // Spark throws checked exceptions that Scala does not declare
      return true;
    } finally {
      DyingFileSystem.live();
    }
  }
}

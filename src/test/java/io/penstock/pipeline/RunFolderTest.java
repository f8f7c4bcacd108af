package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunFolderTest {
  private static final Configuration HADOOP = new Configuration();

  @TempDir Path folder;

  private RunFolder create() {
    return RunFolder.create(folder.toString(), Instant.parse("2026-01-02T03:04:05.999Z"));
  }

  @Test
  void theIdBeginsWithALetterAndTellsTheTimeInUtc() {
    RunFolder run = create();

    assertThat(run.runId()).matches("r20260102T030405-[0-9a-f]{6}");
    assertThat(run.path()).isEqualTo(folder + "/" + run.runId());
  }

  @Test
  void idsOfOneSecondDiffer() {
    assertThat(IntStream.range(0, 20).mapToObj(i -> create().runId()).distinct()).hasSize(20);
  }

  @Test
  void readersTakeTheIdForAText() {
    String id = create().runId();
    String place = folder.resolve("answers").toString();
    SparkForTests.sql("select 1 as a").write().parquet(place + "/run_id=" + id);

    assertThat(SparkForTests.texts(SparkForTests.session().read().parquet(place), "run_id"))
        .containsExactly(id);
  }

  @Test
  void nothingIsMadeBeforeItIsWritten() {
    create();

    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aFileIsWrittenWholeAndReplaced() throws IOException {
    RunFolder run = create();

    run.write("summary.json", "first, and longer", HADOOP);
    run.write("summary.json", "größe", HADOOP);

    assertThat(Path.of(run.path(), "summary.json")).hasContent("größe");
    try (Stream<Path> files = Files.list(Path.of(run.path()))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .allMatch(name -> name.equals("summary.json") || name.endsWith(".crc"));
    }
  }

  @Test
  void pricesOfALaterExecutionStandBesideTheFirstOnesWhereTheyDiffer() throws IOException {
    RunFolder run = create();

    run.writePrices("a", Instant.parse("2026-01-02T03:04:06Z"), HADOOP);
    run.writePrices("a", Instant.parse("2026-01-03T00:00:00Z"), HADOOP);
    run.writePrices("b", Instant.parse("2026-01-04T00:00:00Z"), HADOOP);

    assertThat(Path.of(run.path(), "prices.yaml")).hasContent("a");
    assertThat(Path.of(run.path(), "prices-20260104T000000.yaml")).hasContent("b");
    assertThat(Path.of(run.path(), "prices-20260103T000000.yaml")).doesNotExist();
  }

  @Test
  void aFileWhoseReplacementAKillCaughtHalfWayIsRead() throws IOException {
    RunFolder run = create();
    run.write("job.yaml", "name: x", HADOOP);
    Path file = Path.of(run.path(), "job.yaml");
    Files.move(file, file.resolveSibling(".job.yaml.tmp"));

    assertThat(run.read("job.yaml", HADOOP)).isEqualTo("name: x");
    assertThat(run.has("job.yaml", HADOOP)).isFalse();
  }

  @Test
  void aDeletedFolderLeavesNothing() throws IOException {
    RunFolder run = create();
    run.write("job.yaml", "name: x", HADOOP);

    run.delete(HADOOP);

    assertThat(Path.of(run.path())).doesNotExist();
  }

  @Test
  void rowsRequestsAndMissesLieInIt() {
    RunFolder run = create();

    assertThat(Stream.of(run.rows(), run.newRequests(Instant.EPOCH), run.newMisses(Instant.EPOCH)))
        .allMatch(path -> path.startsWith(run.path() + "/"))
        .doesNotHaveDuplicates();
  }
}

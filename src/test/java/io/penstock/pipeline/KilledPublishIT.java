package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.config.JobSpec.OutputSpec;
import io.penstock.store.DyingFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Publishing that is killed at any step shows no half run, and the next execution ends it. */
@Tag("slow")
class KilledPublishIT {
  private static final int ROWS = 20;

  @TempDir Path folder;

  @AfterEach
  void live() {
    DyingFileSystem.live();
  }

  private static void publish(Path output, String mode, String runId) throws IOException {
    Configuration hadoop = DyingFileSystem.register(SparkForTests.hadoop());
    OutputSpec spec = new OutputSpec(DyingFileSystem.pathOf(output), "parquet", mode, "");
    PublishStage publish = new PublishStage(spec, runId, hadoop);
    Dataset<Row> rows = SparkForTests.session().range(0, ROWS, 1, 2).toDF("id");
    publish.stage(rows);
    publish.publishComplete();
    publish.discardStaged();
  }

  /** What a plain reader sees: a run and its number of rows. */
  private static List<String> seen(Path output) {
    return SparkForTests.texts(
        SparkForTests.session()
            .read()
            .parquet(output.toString())
            .groupBy("run_id")
            .count()
            .selectExpr("concat(run_id, ' ', count) as seen"),
        "seen");
  }

  private static List<String> names(Path output) throws IOException {
    try (Stream<Path> all = Files.list(output)) {
      return all.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"overwrite", "append"})
  void atEachStep(String mode) throws IOException {
    String old = "r1 " + ROWS;
    String fresh = "r2 " + ROWS;
    int steps = 0;
    boolean killed = true;
    while (killed) {
      Path output = folder.resolve("killed-" + steps);
      DyingFileSystem.live();
      publish(output, mode, "r1");
      killed = isKilledAfter(steps, output, mode);

      assertThat(seen(output)).as("after %d changes", steps).isNotEmpty().isSubsetOf(old, fresh);
      publish(output, mode, "r2");
      assertThat(names(output))
          .as("after %d changes", steps)
          .isEqualTo(
              mode.equals("append") ? List.of("run_id=r1", "run_id=r2") : List.of("run_id=r2"));
      assertThat(seen(output)).contains(fresh);
      steps++;
    }
    assertThat(steps).isGreaterThan(8);
  }

  private static boolean isKilledAfter(int steps, Path output, String mode) {
    DyingFileSystem.dieAfter(steps);
    try {
      publish(output, mode, "r2");
      return false;
    } catch (Exception e) { // Spark throws checked exceptions that Scala does not declare
      return true;
    } finally {
      DyingFileSystem.live();
    }
  }
}

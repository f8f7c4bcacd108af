package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.simulator.Simulator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A session that a notebook has started, without the plugin. */
final class ForeignSessionTest {
  private static final int ROWS = 60;

  @TempDir private Path folder;
  private SparkSession theirs;
  private JobHarness jobs;

  @BeforeEach
  void start() throws IOException {
    JobHarness.spark().stop();
    theirs =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .getOrCreate();
    jobs = new JobHarness(folder);
    jobs.questions(ROWS);
  }

  @AfterEach
  void stop() {
    theirs.stop();
  }

  @Test
  void isRefusedWithWhatToDo() throws IOException {
    try (Simulator simulator = JobHarness.simulator()) {
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      PrintStream realErr = System.err;
      System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
      try {
        int exitCode = Main.execute("infer", jobs.job(simulator.origin()).toString());

        assertThat(exitCode).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
            .contains("spark.plugins=io.penstock.cluster.PenstockPlugin")
            .contains("limits_without_plugin: divide");
        assertThat(simulator.stats().requests()).isZero();
      } finally {
        System.setErr(realErr);
      }
    }
  }

  @Test
  void isRefusedWhileItsTasksMayBeCopied() throws IOException {
    theirs.stop();
    theirs =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.speculation", "true")
            .getOrCreate();
    try (Simulator simulator = JobHarness.simulator()) {
      Path job = jobs.job(simulator.origin(), "limits_without_plugin: divide");

      assertThat(Main.execute("infer", job.toString())).isEqualTo(2);
      assertThat(simulator.stats().requests()).isZero();
    }
  }

  @Test
  void withDividedLimitsItsJobRunsAndTheSessionGoesOn() throws IOException {
    try (Simulator simulator = JobHarness.simulator("latency=fixed:20ms")) {
      Path job =
          jobs.job(
              simulator.origin(),
              "limits_without_plugin: divide",
              "limits: {openai/gpt-4o-mini: {max_in_flight: 4}}");

      int exitCode = Main.execute("infer", job.toString());

      assertThat(exitCode).isZero();
      assertThat(simulator.stats().requests()).isEqualTo(ROWS);
      assertThat(simulator.stats().load().peakInFlight()).isLessThanOrEqualTo(4);
      assertThat(theirs.read().parquet(folder.resolve("answers").toString()).count())
          .isEqualTo(ROWS);
    }
  }
}

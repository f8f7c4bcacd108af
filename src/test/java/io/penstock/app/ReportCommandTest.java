package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.pipeline.PromptJob.Finished;
import io.penstock.simulator.Simulator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every publish writes a report, and the command draws it again. */
class ReportCommandTest {
  private static final String SECRET_TOPIC = "number 17";

  @TempDir Path folder;
  private JobHarness jobs;
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final PrintStream realErr = System.err;

  @BeforeEach
  void capture() {
    jobs = new JobHarness(folder);
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void release() {
    System.setErr(realErr);
  }

  private Path run(String... more) throws IOException {
    try (Simulator simulator = JobHarness.simulator()) {
      jobs.questions(30);
      Finished finished = jobs.run(jobs.job(simulator.origin(), more));
      assertThat(finished.summary().exitCode()).isZero();
      return Path.of(finished.runPath());
    }
  }

  private static JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(Files.readString(file));
  }

  @Test
  void aRunLeavesAReportWhoseFiguresAreTheSummarysAndTheCommandDrawsItAgain() throws IOException {
    Path run = run();
    Path page = run.resolve("report.html");
    String first = Files.readString(page);
    JsonNode summary = json(run.resolve("summary.json"));
    JsonNode figures = json(run.resolve("report.json"));

    assertThat(figures.path("bill")).hasSize(1);
    JsonNode bill = figures.at("/bill/0");
    assertThat(bill.path("rows").asLong()).isEqualTo(summary.path("rows").asLong()).isEqualTo(30);
    assertThat(new BigDecimal(bill.path("cost_usd").asText()))
        .isEqualByComparingTo(new BigDecimal(summary.path("cost_usd").asText()));
    assertThat(figures.at("/tokens/0/input").asLong())
        .isEqualTo(summary.path("input_tokens").asLong());
    assertThat(figures.at("/attempts/0/requests").asLong()).isEqualTo(30);
    assertThat(figures.path("latencies")).isNotEmpty();
    assertThat(json(run.resolve("batches.json"))).isEmpty();
    assertThat(first)
        .contains(summary.path("run_id").asText())
        .doesNotContain(SECRET_TOPIC, "Be brief.");

    Files.delete(page);
    assertThat(Main.execute("report", run.toString())).isZero();
    assertThat(page).hasContent(first);
  }

  @Test
  void samplesShowTextsWhereTheJobAsksForThem() throws IOException {
    Path run = run("report: {samples: 30}");

    assertThat(Files.readString(run.resolve("report.html")))
        .contains("system: Be brief.", SECRET_TOPIC);
  }

  @Test
  void aRunFolderOfAnEarlierPenstockHasAReportOfItsSummary() throws IOException {
    Path run = Files.createDirectory(folder.resolve("r1"));
    Files.writeString(run.resolve("summary.json"), "{\"run_id\": \"r1\", \"exit_code\": 0}");

    assertThat(Main.execute("report", run.toUri().toString())).isZero();
    assertThat(run.resolve("report.html")).content().contains("<title>r1</title>");
  }

  @Test
  void whatIsNoRunFolderIsRefused() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    Path other = Files.createDirectory(folder.resolve("other"));
    Files.writeString(other.resolve("summary.json"), "{\"title\": \"of something else\"}");

    assertThat(Main.execute("report", folder.resolve("none").toString())).isEqualTo(2);
    assertThat(Main.execute("report", empty.toString())).isEqualTo(2);
    assertThat(Main.execute("report", other.toString())).isEqualTo(2);
    assertThat(Main.execute("report")).isEqualTo(2);

    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("there is no run folder")
        .contains("has no summary.json: it is no run folder, or its run has not been published")
        .contains("summary.json is no summary of a run");
    assertThat(empty.resolve("report.html")).doesNotExist();
  }
}

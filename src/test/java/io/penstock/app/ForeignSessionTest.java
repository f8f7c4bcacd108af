package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pipeline.JobSetup;
import io.penstock.pipeline.PromptJob;
import io.penstock.pipeline.RunInterrupt;
import io.penstock.pipeline.RunMode;
import io.penstock.pipeline.SecretPlace;
import io.penstock.pipeline.SecretPlaces;
import io.penstock.report.RunSummary;
import io.penstock.simulator.Simulator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
  void aBudgetIsRefusedWhereNobodyCountsTheMoney() throws IOException {
    try (Simulator simulator = JobHarness.simulator()) {
      Path job =
          jobs.job(simulator.origin(), "limits_without_plugin: divide", "budget: {max_usd: 5}");

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

  @Test
  void keepsItsSettingsAndLendsItsViews() throws IOException {
    theirs.conf().set("spark.sql.session.timeZone", "Asia/Tokyo");
    theirs.conf().set("spark.sql.ansi.enabled", "true");
    theirs.read().json(folder.resolve("input.jsonl").toString()).createOrReplaceTempView("asked");
    theirs.sparkContext().setJobGroup("cell 7", "their cell", true);
    Map<String, String> before = settings();
    SparkSession.setActiveSession(theirs);
    try (Simulator simulator = JobHarness.simulator()) {
      Path job =
          jobs.job(
              simulator.origin(),
              "limits_without_plugin: divide",
              "routing: [{when: \"date_format(timestamp_seconds(0), 'HH') <> '00'\", model: none},"
                  + " {model: small}]");
      Files.writeString(
          job,
          Files.readString(job)
              .replace("{path: input.jsonl, format: json}", "{table: asked}")
              .replace("models: {", "models: {none: {provider: openai, model: nothing}, "));

      assertThat(Main.execute("infer", job.toString())).isZero();

      assertThat(simulator.stats().requests()).isEqualTo(ROWS);
      assertThat(settings()).isEqualTo(before);
      assertThat(SparkSession.getActiveSession().get()).isSameAs(theirs);
      assertThat(theirs.sparkContext().getLocalProperty("spark.job.tags")).isNullOrEmpty();
      assertThat(theirs.sparkContext().getLocalProperty("spark.jobGroup.id")).isEqualTo("cell 7");
    } finally {
      SparkSession.clearActiveSession();
    }
  }

  private Map<String, String> settings() {
    Map<String, String> all = new TreeMap<>();
    theirs.conf().getAll().foreach(each -> all.put(each._1(), each._2()));
    return all;
  }

  @Test
  void aSettingThatItCannotTakeIsRefused() throws IOException {
    Path job = jobs.job("http://127.0.0.1:9/v1", "limits_without_plugin: divide");

    assertThat(Main.execute("infer", job.toString(), "--conf", "spark.executor.memory=9g"))
        .isEqualTo(2);
  }

  @Test
  void aRefusedKeyIsNotTriedAgainByTheNextTasks() throws IOException {
    theirs.stop();
    theirs =
        SparkSession.builder()
            .master("local[1]") // one task after the other
            .config("spark.default.parallelism", "6")
            .config("spark.ui.enabled", "false")
            .getOrCreate();
    try (Simulator locked = JobHarness.simulator("api-key=right-key")) {
      Path job =
          jobs.job(
              locked.origin(),
              "limits_without_plugin: divide",
              "limits: {openai/gpt-4o-mini: {max_in_flight: 1}}");

      assertThat(Main.execute("infer", job.toString())).isEqualTo(5);

      assertThat(locked.stats().requests()).isEqualTo(1);
    }
  }

  @Test
  void aKeyThatAnExecutorLacksEndsTheRunAsARefusedOneDoes() throws Exception {
    try (Simulator simulator = JobHarness.simulator();
        JobWiring wiring =
            JobWiring.of(
                JobFile.read(
                    jobs.job(simulator.origin(), "limits_without_plugin: divide").toString(),
                    List.of(),
                    JobWiring.DIALECTS))) {
      PromptJob job = new PromptJob(theirs, lacking(wiring.setup()), line -> {});

      RunSummary summary = job.run(RunMode.PLAIN, new RunInterrupt()).summary();

      assertThat(summary.exitCode()).isEqualTo(5);
      assertThat(summary.stopped())
          .contains("executor driver: providers.openai: no API key")
          .contains("PENSTOCK_NO_SUCH_KEY is not set");
      assertThat(simulator.stats().requests()).isZero();
    }
  }

  /** On executors the key is looked for where the driver's was. */
  private static JobSetup lacking(JobSetup setup) {
    SecretPlaces nowhere =
        new SecretPlaces(
            "openai",
            new SecretPlace("providers.openai: no API key", "PENSTOCK_NO_SUCH_KEY", null, null),
            Map.of(),
            null);
    return new JobSetup(
        setup.spec(),
        setup.resolvedYaml(),
        setup.templates(),
        setup.models().stream()
            .map(
                model ->
                    new JobSetup.Model(
                        model.settings(),
                        nowhere,
                        model.price(),
                        model.fingerprintBasis(),
                        model.accountModel(),
                        model.limits(),
                        model.hasBatch()))
            .toList(),
        setup.prices(),
        setup.providers());
  }

  @Test
  void anExecutorThatGovernsByItselfKeepsItsHistory() throws IOException {
    try (Simulator simulator = JobHarness.simulator()) {
      Path job = jobs.job(simulator.origin(), "limits_without_plugin: divide");

      Main.execute("infer", job.toString());

      String run = jobs.list("runs").get(0);
      assertThat(jobs.list("runs/" + run + "/limits"))
          .isNotEmpty()
          .allMatch(name -> name.matches(".*-driver-\\d+\\.json|\\..*\\.crc"));
    }
  }

  @Test
  void anotherJobAtTheSameTimeIsRefused() throws Exception {
    try (RunSlot slot = RunSlot.take("the first");
        Simulator simulator = JobHarness.simulator()) {
      Path job = jobs.job(simulator.origin(), "limits_without_plugin: divide");

      assertThat(Main.execute("infer", job.toString())).isEqualTo(2);
      assertThat(simulator.stats().requests()).isZero();

      CompletableFuture<Integer> waiting =
          CompletableFuture.supplyAsync(
              () -> Main.execute("infer", job.toString(), "--wait-for-lock"),
              // not in the common pool: on two cores it has one thread, which Parquet reads with
              work -> new Thread(work, "waiting-job").start());
      assertThat(waiting).isNotDone();
      slot.close();

      assertThat(waiting.get(2, TimeUnit.MINUTES)).isZero();
    }
  }
}

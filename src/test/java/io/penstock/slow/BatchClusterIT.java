package io.penstock.slow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.bench.SimulatorProcess;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Batches that executors of other JVMs cut, send and bring in. Property {@code batch.requests}: how
 * many prompts the undisturbed job has, with the providers' own limits; it tells what heaps held.
 */
@Tag("slow")
@ExtendWith(LabExtension.class)
class BatchClusterIT {
  private static final int FEW = 2_000;
  private static final int REQUESTS = Integer.getInteger("batch.requests", FEW);
  private static final Duration RUNS_AT_MOST = Duration.ofMinutes(5 + REQUESTS / FEW);
  private static final Duration LOOKS_EACH = Duration.ofSeconds(3);

  /** Prompts of about 1 kB. */
  private static final String LONG_PROMPT =
      "prompt.user=\"{question} " + "Say what you know, and what you do not. ".repeat(22) + "\"";

  /** Four batches of 500: what is 95 % of this. */
  private static final String IN_FOUR = "batch.max_requests=527";

  private final Lab lab;

  BatchClusterIT(Lab lab) {
    this.lab = lab;
  }

  @Test
  void executorsCutSendAndBringInBatchesWithoutHoldingThem() throws IOException {
    try (SimulatorProcess simulator = simulator("--batch-seconds", "10")) {
      TestJob job = job("undisturbed", REQUESTS, simulator);
      List<String> options = new ArrayList<>(List.of(LONG_PROMPT));
      if (REQUESTS == FEW) {
        options.add(IN_FOUR);
      }
      ClusterHeaps heaps = new ClusterHeaps();
      try (Submission running = infer(job, options.toArray(String[]::new))) {
        while (running.submitter().isAlive()) {
          heaps.look(running);
          Await.pause(LOOKS_EACH);
        }
        assertThat(running.submitter().awaitExit(RUNS_AT_MOST)).as(running.tail()).isZero();
      }

      System.out.printf("%,d requests in %s batches: %s%n", REQUESTS, batches(simulator), heaps);
      assertExact(job, simulator);
    }
  }

  @Test
  void inClusterModeTooTheKeyReachesThem() throws IOException {
    try (SimulatorProcess simulator = simulator()) {
      TestJob job = job("cluster-mode", FEW, simulator);
      try (Submission running =
          lab.cluster().submit(DeployMode.CLUSTER, Map.of(), arguments(job, IN_FOUR))) {
        assertThat(running.awaitDriverState()).isEqualTo("FINISHED");
      }

      assertExact(job, simulator);
    }
  }

  @Test
  void executorsThatAreKilledWhileTheyUploadCostNothing() throws IOException {
    try (SimulatorProcess simulator = simulator("--batch-slow-upload", "8")) {
      TestJob job = job("killed-uploading", FEW, simulator);
      try (Submission running = infer(job, IN_FOUR)) {
        awaitThat(running, "an upload", () -> simulator.stats().path("files").asInt() > 0);
        killExecutors(running);
        assertThat(running.awaitExit()).as(running.tail()).isZero();
        assertThat(running.output()).contains("ExecutorLostFailure");
      }

      assertThat(batches(simulator)).isEqualTo(4);
      assertExact(job, simulator);
    }
  }

  @Test
  void executorsThatAreKilledWhileTheyCreateBatchesLeaveThemToBeAdopted() throws IOException {
    try (SimulatorProcess simulator = simulator("--batch-slow-create", "8")) {
      TestJob job = job("killed-creating", FEW, simulator);
      String key = "api_key_env: " + Lab.KEY_VARIABLE;
      try (Submission running =
          infer(
              job,
              IN_FOUR,
              "providers.anthropic={base_url: \""
                  + simulator.origin()
                  + "\", batch: true, "
                  + key
                  + "}",
              "models.small.provider=anthropic",
              "models.small.model=claude-haiku-4-5")) {
        awaitThat(running, "a batch", () -> batches(simulator) > 0);
        killExecutors(running);
        assertThat(running.awaitExit()).as(running.tail()).isZero();
        assertThat(running.output()).contains("ExecutorLostFailure", "may have been created");
      }

      assertThat(batches(simulator)).isEqualTo(4);
      assertExact(job, simulator);
    }
  }

  @Test
  void executorsThatAreKilledWhileTheyBringBatchesInLoseNothing() throws IOException {
    try (SimulatorProcess simulator = simulator()) {
      TestJob job = job("killed-harvesting", FEW, simulator);
      try (Submission running = infer(job, IN_FOUR)) {
        awaitThat(running, "an answer in the journal", () -> !journal(job).isEmpty());
        killExecutors(running);
        assertThat(running.awaitExit()).as(running.tail()).isZero();
        assertThat(running.output()).contains("ExecutorLostFailure");
      }

      assertThat(batches(simulator)).isEqualTo(4);
      assertExact(job, simulator);
    }
  }

  private static SimulatorProcess simulator(String... options) throws IOException {
    List<String> all = new ArrayList<>(List.of("--api-key", Lab.KEY));
    all.addAll(List.of(options));
    return SimulatorProcess.start(all.toArray(String[]::new));
  }

  private TestJob job(String name, int requests, SimulatorProcess simulator) throws IOException {
    return TestJob.create(
        "file://" + lab.folder().resolve("jobs/batch-" + name),
        "batch-" + name,
        new TestJob.Shape(requests, 0, 1),
        simulator.origin());
  }

  /**
   * @param settings of the job
   */
  private Submission infer(TestJob job, String... settings) throws IOException {
    return lab.cluster().submit(DeployMode.CLIENT, Map.of(), arguments(job, settings));
  }

  private static String[] arguments(TestJob job, String... settings) {
    List<String> arguments = new ArrayList<>(List.of("infer", job.file()));
    List<String> all = new ArrayList<>(List.of(settings));
    all.addAll(
        List.of(
            "delivery=batch",
            "providers.openai.batch=true",
            "batch.poll_interval_seconds=1",
            "batch.adopt_seconds=5"));
    all.forEach(setting -> arguments.addAll(List.of("--set", setting)));
    return arguments.toArray(String[]::new);
  }

  /** Segments of the run's journal. */
  private static List<String> journal(TestJob job) throws IOException {
    List<String> segments = new ArrayList<>();
    for (String run : job.list("store/journal")) {
      segments.addAll(job.list("store/journal/" + run));
    }
    return segments;
  }

  private static void awaitThat(Submission running, String what, Await.Condition condition)
      throws IOException {
    Await.until(
        what,
        RUNS_AT_MOST,
        () -> {
          if (!running.submitter().isAlive()) {
            throw new IllegalStateException("It has ended: " + running.tail());
          }
          return condition.holds();
        });
  }

  private static void killExecutors(Submission running) throws IOException {
    for (ProcessHandle executor : running.executors()) {
      Signal.KILL.send(executor);
    }
  }

  private static int batches(SimulatorProcess simulator) throws IOException {
    return simulator.stats().path("batches_created").asInt();
  }

  /** Each row has its answer, each request was paid once, and no cent is missing. */
  private static void assertExact(TestJob job, SimulatorProcess simulator) throws IOException {
    int requests = job.shape().distinct();
    RunFigures run = job.onlyRun();
    Results results = job.results();
    JsonNode stats = simulator.stats();
    BigDecimal billed = new BigDecimal(simulator.invoice().path("total_usd").asText());
    assertThat(results.byId()).hasSize(requests);
    assertThat(results.count()).isEqualTo(requests);
    assertThat(results.unanswered()).isZero();
    assertThat(stats.path("billed").asLong()).isEqualTo(requests);
    assertThat(stats.path("billed_duplicates").asLong()).isZero();
    assertThat(run.count("/batched")).isEqualTo(requests);
    assertThat(run.count("/called")).isZero();
    assertThat(results.costUsd()).isPositive().isEqualByComparingTo(billed);
    assertThat(run.usd("/cost_usd")).isEqualByComparingTo(billed);
    assertThat(run.usd("/saved_usd/batch")).isEqualByComparingTo(billed);
  }
}

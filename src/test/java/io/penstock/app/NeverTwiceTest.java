package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.domain.Completion;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.ModelSettings;
import io.penstock.domain.ProviderSecrets;
import io.penstock.pipeline.JobSetup;
import io.penstock.provider.LearntRates;
import io.penstock.provider.ModelProvider;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderFactory;
import io.penstock.report.RunSummary;
import io.penstock.simulator.Simulator;
import io.penstock.store.HiddenUntilClosed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.SocketEffect;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was sent is counted, and what was answered is kept. */
class NeverTwiceTest {
  private static final int ROWS = 120;

  @TempDir Path folder;
  private JobHarness jobs;

  @BeforeEach
  void start() throws IOException {
    jobs = new JobHarness(folder);
    jobs.questions(ROWS);
  }

  @Test
  void aServerThatHangsUpSeesAsManyRequestsAsAttemptsSay() throws IOException {
    try (MockWebServer server = new MockWebServer()) {
      server.setDispatcher(
          new mockwebserver3.Dispatcher() {
            @Override
            public MockResponse dispatch(mockwebserver3.RecordedRequest request) {
              return new MockResponse.Builder()
                  .onResponseStart(new SocketEffect.CloseSocket())
                  .build();
            }
          });
      server.start();
      Path job = jobs.job(server.url("/v1").toString());

      RunSummary summary =
          jobs.run(
                  job,
                  "input.where=question = 'number 7'",
                  "retry.max_paid_attempts=3",
                  "concurrency.warm_up=false")
              .summary();

      assertThat(server.getRequestCount()).isEqualTo(3);
      assertThat(jobs.results().first().<Integer>getAs("attempts")).isEqualTo(3);
      assertThat(summary.failedByKind()).containsEntry("NETWORK", 1L);
      assertThat(summary.wasteUsd().possible()).isPositive();
    }
  }

  @Test
  void aTaskThatDiesAndIsTriedAgainPaysNothingTwice() throws IOException {
    JobHarness.spark().stop(); // its master tries no task again
    SparkSession retrying =
        SparkSessions.start("tests", "local[4,3]", List.of("spark.ui.enabled=false"));
    try (Simulator simulator = JobHarness.simulator("latency=fixed:100ms")) {
      InterruptingFactory.calls.set(0);
      InterruptingFactory.died.set(false);

      RunSummary summary =
          jobs.run(jobs.job(simulator.origin()), NeverTwiceTest::interrupting).summary();

      assertThat(InterruptingFactory.calls.get()).isEqualTo(ROWS);
      assertThat(simulator.stats().requests()).isEqualTo(ROWS);
      assertThat(summary.called()).isEqualTo(ROWS);
      assertThat(summary.failed()).isZero();
      assertThat(jobs.results().count()).isEqualTo(ROWS);
    } finally {
      retrying.stop();
    }
  }

  @Test
  void aRunThatFailsWithCallsUnderWayKeepsTheirAnswers() throws IOException {
    JobHarness.spark();
    try (Simulator simulator = JobHarness.simulator("latency=fixed:300ms")) {
      InterruptingFactory.calls.set(0);
      InterruptingFactory.died.set(false);
      Path job = jobs.job(simulator.origin());

      assertThatThrownBy(() -> jobs.run(job, NeverTwiceTest::interrupting))
          .isInstanceOf(Exception.class);
      long sent = simulator.stats().requests();
      RunSummary again = jobs.run(job).summary();

      assertThat(sent).isBetween(20L, (long) ROWS - 1);
      assertThat(again.called()).isEqualTo(ROWS);
      assertThat(jobs.list("runs")).containsExactly(again.runId());
      assertThat(simulator.stats().requests()).isEqualTo(ROWS);
    }
  }

  @Test
  void aTaskThatFailsOnItsLastRowPaysNothingTwice() throws IOException {
    JobHarness.spark().stop(); // its master tries no task again
    SparkSession retrying =
        SparkSessions.start(
            "tests",
            "local[4,4]",
            List.of(
                "spark.ui.enabled=false",
                "spark.hadoop.fs.failing.impl=" + FailingShardFileSystem.class.getName()));
    try (Simulator simulator = JobHarness.simulator("latency=fixed:1s")) {
      FailingShardFileSystem.failures.set(3);

      RunSummary summary =
          jobs.run(
                  jobs.job(simulator.origin()),
                  "runs.path=failing://" + folder + "/runs",
                  "concurrency.initial=64",
                  "concurrency.chunk_size=5")
              .summary();

      assertThat(FailingShardFileSystem.failures.get()).isNegative();
      assertThat(simulator.stats().requests()).isEqualTo(ROWS);
      assertThat(summary.succeeded()).isEqualTo(ROWS);
      assertThat(summary.inDoubt()).isZero();
    } finally {
      retrying.stop();
    }
  }

  @Test
  void aTaskThatIsTriedAgainInAStoppedRunDoesNotHideWhyItWasStopped() throws IOException {
    JobHarness.spark().stop(); // its master tries no task again
    SparkSession retrying =
        SparkSessions.start(
            "tests",
            "local[4,3]",
            List.of(
                "spark.ui.enabled=false",
                "spark.hadoop.fs.stalling.impl=" + StallingShardFileSystem.class.getName()));
    try (Simulator locked = JobHarness.simulator("api-key=right-key")) {
      StallingShardFileSystem.stalled.set(false);

      RunSummary summary =
          jobs.run(jobs.job(locked.origin()), "runs.path=stalling://" + folder + "/runs").summary();

      assertThat(StallingShardFileSystem.stalled).isTrue();
      assertThat(summary.exitCode()).isEqualTo(5);
      assertThat(summary.stopped()).startsWith("AUTHENTICATION");
      assertThat(jobs.list("answers")).containsExactly("_partial");
    } finally {
      retrying.stop();
    }
  }

  @Test
  void aDiskThatFillsUpStopsTheCallsAndTheNextExecutionGoesOn() throws IOException {
    JobHarness.spark()
        .sparkContext()
        .hadoopConfiguration()
        .set("fs.full.impl", FullDiskFileSystem.class.getName());
    try (Simulator simulator = JobHarness.simulator("latency=fixed:300ms")) {
      Path job = jobs.job(simulator.origin());
      String store = "store.path=full://" + folder + "/store";
      FullDiskFileSystem.room.set(20_000);

      String held = "concurrency.adaptive=false";

      assertThatThrownBy(() -> jobs.run(job, store, held))
          .hasStackTraceContaining("No space left on device");
      long sent = simulator.stats().requests();
      FullDiskFileSystem.room.set(Long.MAX_VALUE);
      RunSummary again = jobs.run(job, store, held).summary();

      assertThat(sent).isBetween(5L, (long) ROWS - 1);
      assertThat(again.succeeded()).isEqualTo(ROWS);
      assertThat(simulator.stats().requests() - ROWS).isBetween(0L, again.inDoubt());
      assertThat(again.inDoubt()).isLessThanOrEqualTo(3 * 10); // in flight, waiting with an intent
    }
  }

  @Test
  void onAStoreThatCannotFlushNothingIsLostOrPaidTwiceEither() throws IOException {
    JobHarness.spark()
        .sparkContext()
        .hadoopConfiguration()
        .set("fs.unflushed.impl", HiddenUntilClosed.class.getName());
    try (Simulator simulator = JobHarness.simulator("latency=fixed:50ms")) {
      Path job = jobs.job(simulator.origin());
      String store = "store.path=unflushed://" + folder + "/store";

      RunSummary first = jobs.run(job, store).summary();
      RunSummary second = jobs.run(job, store).summary();

      assertThat(first.succeeded()).isEqualTo(ROWS);
      assertThat(first.inDoubt()).isZero();
      assertThat(second.cacheHits()).isEqualTo(ROWS);
      assertThat(simulator.stats().requests()).isEqualTo(ROWS);
    }
  }

  private static JobSetup interrupting(JobSetup setup) {
    return new JobSetup(
        setup.spec(),
        setup.resolvedYaml(),
        setup.templates(),
        setup.models(),
        setup.prices(),
        new InterruptingFactory(setup.providers()));
  }

  /**
   * Makes a task die just after the 20th request or a little later, as a lost executor's would;
   * what is sent goes on.
   */
  private record InterruptingFactory(ProviderFactory real) implements ProviderFactory {
    private static final int FATAL_CALL = 20;
    static final AtomicInteger calls = new AtomicInteger();
    static final AtomicBoolean died = new AtomicBoolean();

    @Override
    public ModelProvider connect(
        ModelSettings model,
        ProviderSecrets secrets,
        int maxInFlight,
        Consumer<LearntRates> learnt) {
      ModelProvider provider = real.connect(model, secrets, maxInFlight, learnt);
      return request -> call(provider, request);
    }

    private static CompletableFuture<Completion> call(
        ModelProvider provider, InferenceRequest request) {
      CompletableFuture<Completion> answer = provider.complete(request);
      boolean late = calls.incrementAndGet() >= FATAL_CALL;
      if (late && TaskContext.get() != null && !died.getAndSet(true)) {
        Thread.currentThread().interrupt();
      }
      return answer;
    }

    @Override
    public boolean check(ModelSettings model, ProviderSecrets secrets) throws ProviderException {
      return real.check(model, secrets);
    }

    @Override
    public void warmUp(ModelSettings model, ProviderSecrets secrets) {
      real.warmUp(model, secrets);
    }

    @Override
    public void close() {
      real.close();
    }
  }
}

package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.simulator.Simulator;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Most of what a small job costs is the fixed cost of its Spark jobs. */
class SparkJobsTest {
  @TempDir Path folder;

  private static final class Counter extends SparkListener {
    private final AtomicInteger started = new AtomicInteger();

    @Override
    public void onJobStart(SparkListenerJobStart job) {
      started.incrementAndGet();
    }

    int take(SparkContext context) throws Exception {
      context.listenerBus().waitUntilEmpty();
      return started.getAndSet(0);
    }
  }

  @Test
  void aPlainJobIsFewSparkJobs() throws Exception {
    JobHarness jobs = new JobHarness(folder);
    jobs.questions(30);
    SparkContext context = JobHarness.spark().sparkContext();
    Counter counter = new Counter();
    context.addSparkListener(counter);
    try (Simulator simulator = JobHarness.simulator()) {
      Path job = jobs.job(simulator.origin());

      jobs.run(job);
      int calling = counter.take(context);
      jobs.run(job);
      int served = counter.take(context);

      assertThat(calling).isLessThanOrEqualTo(25);
      assertThat(served).isLessThanOrEqualTo(16);
    } finally {
      context.removeSparkListener(counter);
    }
  }
}

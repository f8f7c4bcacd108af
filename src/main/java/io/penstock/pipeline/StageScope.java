package io.penstock.pipeline;

import io.penstock.progress.RunProgress;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.MDC;

/**
 * A stage under way: what the Spark jobs of this thread are called, what people see, and the {@code
 * stage} of log lines, until it is closed. Its end is logged.
 */
final class StageScope implements AutoCloseable {
  /** In the context of log lines. */
  static final String RUN_ID = "run_id";

  private static final String STAGE = "stage";

  private final JobDescription description;
  private final MDC.MDCCloseable context;
  private final long startedNanos = System.nanoTime();

  /**
   * @param name one word
   * @param words for people
   */
  StageScope(JavaSparkContext spark, RunProgress progress, String name, String words) {
    description = new JobDescription(spark, words);
    context = MDC.putCloseable(STAGE, name);
    progress.stage(words);
  }

  @Override
  public void close() {
    RunEvents.stageEnded((System.nanoTime() - startedNanos) / 1_000_000 / 1000.0);
    context.close();
    description.close();
  }
}

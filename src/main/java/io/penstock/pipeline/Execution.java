package io.penstock.pipeline;

import io.penstock.pipeline.RealtimeStage.Watch;
import io.penstock.progress.ProgressWatch;

/**
 * What holds for all turns of an execution.
 *
 * @param startedNanos of the JVM's monotonic clock
 */
record Execution(
    OpenRun run,
    RunMode mode,
    Watch watch,
    BatchStage batches,
    ProgressWatch progress,
    long startedNanos) {
  RunFolder folder() {
    return run.folder();
  }
}

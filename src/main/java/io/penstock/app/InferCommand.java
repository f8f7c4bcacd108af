package io.penstock.app;

import io.penstock.pipeline.InvalidInputException;
import io.penstock.pipeline.PromptJob;
import io.penstock.pipeline.RunInterrupt;
import io.penstock.pipeline.RunMode;
import io.penstock.report.ConsoleSummary;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code infer JOB}. */
@Command(
    name = "infer",
    description =
        "Runs a job: calls the model for every prompt that the store holds no answer to, writes the results. Run again it goes on.")
final class InferCommand extends JobCommand {
  /** Which failures of earlier runs are called again. */
  enum Failures {
    TRANSIENT,
    ALL
  }

  @Option(
      names = "--new-run",
      description = "gives up the job's unfinished run; its answers stay in the store")
  boolean newRun;

  @Option(
      names = "--wait-for-lock",
      description = "waits while another execution of the job is under way")
  boolean waitForLock;

  @Option(
      names = "--retry-failed",
      arity = "0..1",
      fallbackValue = "TRANSIENT",
      description =
          "which failures of earlier runs are called again: transient (the default) or all")
  Failures retryFailed = Failures.TRANSIENT;

  @Option(
      names = {"--limit", "--no-wait"},
      arity = "0..1",
      fallbackValue = "",
      hidden = true)
  void refuseUnbuilt(String value) {
    throw new InvalidInputException("--limit and --no-wait are not built yet");
  }

  @Override
  int run(PromptJob job, JobWiring wiring) throws Exception {
    RunInterrupt interrupt = new RunInterrupt();
    ProcessSignals.onStop(interrupt::interrupt, console());
    PromptJob.Finished finished =
        job.run(new RunMode(newRun, waitForLock, retryFailed == Failures.ALL), interrupt);
    System.out.println(
        ConsoleSummary.of(finished.summary(), finished.resultsPath(), finished.runPath()));
    return finished.summary().exitCode();
  }
}

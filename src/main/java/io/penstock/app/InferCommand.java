package io.penstock.app;

import io.penstock.cluster.DriverCoordinator;
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
        "Runs a job: calls the model for every prompt that the store holds no answer to, writes the"
            + " results. Run again it goes on.")
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
  int run(PromptJob job, JobWiring wiring, CommandSession session) throws Exception {
    RunInterrupt interrupt = new RunInterrupt();
    try (RunSlot slot = slot(wiring.setup().spec().name());
        ProcessSignals signals =
            session.isOurs()
                ? ProcessSignals.onStop(interrupt::interrupt, console())
                : ProcessSignals.onStopOfGuest(interrupt::interrupt, console())) {
      DriverCoordinator.current()
          .ifPresent(driver -> driver.offerSecrets(wiring.readSecrets(), wiring::readAgain));
      PromptJob.Finished finished =
          job.run(new RunMode(newRun, waitForLock, retryFailed == Failures.ALL), interrupt);
      System.out.println(
          ConsoleSummary.of(finished.summary(), finished.resultsPath(), finished.runPath()));
      return finished.summary().exitCode();
    }
  }

  private RunSlot slot(String job) throws InterruptedException {
    return waitForLock ? RunSlot.await(job) : RunSlot.take(job);
  }
}

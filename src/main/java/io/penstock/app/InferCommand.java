package io.penstock.app;

import io.penstock.cluster.DriverCoordinator;
import io.penstock.pipeline.InvalidInputException;
import io.penstock.pipeline.PromptJob;
import io.penstock.pipeline.RunInterrupt;
import io.penstock.pipeline.RunMode;
import io.penstock.report.ConsoleSummary;
import org.jspecify.annotations.Nullable;
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
      names = "--limit",
      paramLabel = "N",
      description =
          "takes N rows of the input only, the first by fingerprint, in a run of its own that is"
              + " published as partial; later runs use its answers")
  @Nullable Long limit;

  @Option(
      names = "--no-wait",
      description =
          "takes in the batches that have ended, sends what is new and ends, with exit code 75 while"
              + " batches are pending")
  boolean noWait;

  @Override
  void checkOptions() {
    if (limit != null && (limit < 1 || limit > Integer.MAX_VALUE)) {
      throw new InvalidInputException(
          "--limit is " + limit + ", must be at least 1 and at most " + Integer.MAX_VALUE);
    }
    if (limit != null && newRun) {
      throw new InvalidInputException(
          "--limit is always a run of its own; --new-run beside it would give up the job's run");
    }
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
          job.run(
              new RunMode(newRun, waitForLock, retryFailed == Failures.ALL, limit, !noWait),
              interrupt);
      System.out.println(
          ConsoleSummary.of(
              finished.summary(),
              finished.resultsPath(),
              finished.runPath(),
              finished.reportPath()));
      return finished.summary().exitCode();
    }
  }

  private RunSlot slot(String job) throws InterruptedException {
    return waitForLock ? RunSlot.await(job) : RunSlot.take(job);
  }
}

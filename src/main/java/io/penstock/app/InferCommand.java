package io.penstock.app;

import io.penstock.pipeline.InvalidInputException;
import io.penstock.pipeline.PromptJob;
import io.penstock.report.ConsoleSummary;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code infer JOB}. */
@Command(
    name = "infer",
    description =
        "Runs a job: calls the model for every prompt that the store holds no answer to, writes the results.")
final class InferCommand extends JobCommand {
  @Option(
      names = {"--limit", "--retry-failed", "--new-run", "--wait-for-lock", "--no-wait"},
      arity = "0..1",
      fallbackValue = "",
      hidden = true)
  void refuseUnbuilt(String value) {
    throw new InvalidInputException(
        "--limit, --retry-failed, --new-run, --wait-for-lock and --no-wait are not built yet");
  }

  @Override
  int run(PromptJob job, JobWiring wiring) throws Exception {
    PromptJob.Finished finished = job.run();
    System.out.println(
        ConsoleSummary.of(finished.summary(), finished.resultsPath(), finished.runPath()));
    return finished.summary().exitCode();
  }
}

package io.penstock.app;

import io.penstock.pipeline.JobSetup;
import io.penstock.pipeline.PromptJob;
import io.penstock.pipeline.RunConsole;
import io.penstock.provider.ProviderException;
import picocli.CommandLine.Command;

/** {@code check JOB}: all that can be found out without a paid call. */
@Command(
    name = "check",
    description = "Checks job file, columns, paths, key and model, without a paid call.")
final class CheckCommand extends JobCommand {
  private static final int PROVIDER_REFUSES = 5;
  private static final int NOT_REACHED = 2;

  /** All that a check says is what it is for. */
  @Override
  RunConsole console() {
    return System.out::println;
  }

  @Override
  int run(PromptJob job, JobWiring wiring, CommandSession session) throws Exception {
    job.check();
    int exitCode = 0;
    for (JobSetup.Model model : wiring.setup().models()) {
      exitCode = Math.max(exitCode, checkModel(model, wiring));
    }
    System.out.println(exitCode == 0 ? "the job can run" : "the job cannot run");
    return exitCode;
  }

  private static int checkModel(JobSetup.Model model, JobWiring wiring) {
    String what =
        "model "
            + model.settings().requestModel()
            + " of provider "
            + model.settings().endpoint().name()
            + ": ";
    try {
      boolean known =
          wiring
              .setup()
              .providers()
              .check(model.settings(), wiring.readAgain(model.settings().endpoint().name()));
      String price = model.price() == null ? ", but no price is known for it" : "";
      System.out.println(
          what
              + (known ? "known" : "cannot be asked for, the server has no list of models")
              + price);
      return 0;
    } catch (ProviderException e) {
      System.out.println(what + e.kind() + ": " + e.getMessage());
      return e.kind().stopsRun() ? PROVIDER_REFUSES : NOT_REACHED;
    }
  }
}

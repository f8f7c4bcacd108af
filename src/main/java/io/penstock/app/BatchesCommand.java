package io.penstock.app;

import io.penstock.cluster.DriverCoordinator;
import io.penstock.pipeline.JobBatches;
import io.penstock.pipeline.PromptJob;
import io.penstock.pipeline.RunInterrupt;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code batches list|cancel JOB}: the job's requests that are with the providers. */
@Command(
    name = "batches",
    description = "The provider batches of a job that have not ended.",
    subcommands = {BatchesCommand.ListBatches.class, BatchesCommand.Cancel.class})
final class BatchesCommand {
  /** As {@link io.penstock.pipeline.RunFigures} has it. */
  private static final int PENDING = 75;

  @Command(name = "list", description = "How far each has come.")
  static final class ListBatches extends JobCommand {
    @Override
    int run(PromptJob job, JobWiring wiring, CommandSession session) throws Exception {
      List<String> lines = new JobBatches(session.spark(), wiring.setup(), console()).list();
      lines.forEach(System.out::println);
      if (lines.isEmpty()) {
        System.out.println("no batch of " + wiring.setup().spec().name() + " is pending");
      }
      return 0;
    }
  }

  @Command(
      name = "cancel",
      description =
          "Cancels them, waits for their end and keeps what they have answered; the next infer asks"
              + " for the rest.")
  static final class Cancel extends JobCommand {
    @Override
    int run(PromptJob job, JobWiring wiring, CommandSession session) throws Exception {
      RunInterrupt interrupt = new RunInterrupt();
      try (ProcessSignals signals =
          session.isOurs()
              ? ProcessSignals.onStop(interrupt::interrupt, console())
              : ProcessSignals.onStopOfGuest(interrupt::interrupt, console())) {
        DriverCoordinator.current()
            .ifPresent(driver -> driver.offerSecrets(wiring.readSecrets(), wiring::readAgain));
        long left = new JobBatches(session.spark(), wiring.setup(), console()).cancel(interrupt);
        System.out.println(
            left == 0
                ? "no request is in a batch any more"
                : left + " requests are in batches yet");
        return left == 0 ? 0 : PENDING;
      }
    }
  }
}

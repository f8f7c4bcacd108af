package io.penstock.app;

import io.penstock.pipeline.PromptJob;
import io.penstock.report.ConsolePlan;
import io.penstock.report.RunPlan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code plan JOB}: what {@code infer} would do and cost. */
@Command(
    name = "plan",
    description =
        "Says what a run would call, what that costs and how long it takes; pays nothing and leaves"
            + " nothing behind.")
final class PlanCommand extends JobCommand {
  @Option(names = "--json", description = "prints the plan as JSON")
  boolean json;

  @Override
  int run(PromptJob job, JobWiring wiring, CommandSession session) throws Exception {
    RunPlan plan = job.plan();
    if (json) {
      System.out.print(plan.toJson());
    } else {
      System.out.println("plan of " + wiring.setup().spec().name());
      ConsolePlan.lines(plan).forEach(System.out::println);
    }
    return 0;
  }
}

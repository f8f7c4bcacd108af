package io.penstock.pipeline;

import io.penstock.config.JobSpec;
import io.penstock.domain.FailureKind;
import io.penstock.inference.StopSignal;
import io.penstock.report.RunPlan;
import java.math.BigDecimal;
import java.util.Optional;

/** Whether a run that has paid nothing yet begins to pay at all. */
final class PlannedBudget {
  private static final String STOP = "stop";

  private PlannedBudget() {}

  /**
   * The budget that the plan must fit into; empty where there is none, or where the job spends it
   * and stops there.
   */
  static Optional<BigDecimal> of(JobSpec spec) {
    return spec.budget().whenOver().equals(STOP)
        ? Optional.ofNullable(spec.budget().maxUsd())
        : Optional.empty();
  }

  /** Why nothing is paid; empty where the plan fits, or nothing is expected of it. */
  static Optional<StopSignal.Cause> exceeded(RunPlan plan, Optional<BigDecimal> maxUsd) {
    BigDecimal expected = plan.estimateUsd().expected();
    if (maxUsd.isEmpty() || expected == null || expected.compareTo(maxUsd.get()) <= 0) {
      return Optional.empty();
    }
    String message =
        ("the run is expected to cost %s USD, more than budget.max_usd, %s USD: nothing was paid;"
                + " raise budget.max_usd, or spend it and stop there with"
                + " --set budget.when_over=spend")
            .formatted(expected.toPlainString(), maxUsd.get().toPlainString());
    return Optional.of(new StopSignal.Cause(FailureKind.BUDGET, message));
  }
}

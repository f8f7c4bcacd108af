package io.penstock.pipeline;

import io.penstock.domain.InferenceRequest;
import io.penstock.domain.Usd;
import io.penstock.inference.StopSignal;
import io.penstock.limit.Purse;
import io.penstock.limit.PurseAllowance;
import io.penstock.provider.ModelProvider;
import io.penstock.store.Journal;
import java.util.Collection;
import java.util.Optional;
import java.util.UUID;

/** An executor's part of the run's budget, and what follows where it ends. Thread-safe. */
final class ExecutorBudget {
  private final RunBudget budget;
  private final Purse purse;
  private final BudgetedModel.Spending spending;

  /**
   * @param hurry has the driver asked now
   */
  ExecutorBudget(RunBudget budget, RunClock clock, StopSignal stop, Runnable hurry) {
    this.budget = budget;
    purse = new Purse(UUID.randomUUID().toString(), clock, hurry);
    spending = new BudgetedModel.Spending(purse, budget, stop, clock);
    stop.listen(purse::close);
  }

  Purse purse() {
    return purse;
  }

  BudgetedModel paying(ModelProvider provider, ModelPricing pricing, Journal journal) {
    return new BudgetedModel(provider, pricing, journal, spending);
  }

  /** Stops where not even a request without any input could be paid any more. */
  void allow(PurseAllowance allowance, Collection<ModelLane> lanes) {
    purse.allow(allowance);
    boolean usedUp =
        lanes.stream().allMatch(lane -> isBeyondCeiling(lane.pricing().leastWorstCase()));
    if (usedUp) {
      spending.stop().stop(budget.usedUp());
    }
  }

  private boolean isBeyondCeiling(Usd amount) {
    return purse.ceiling().filter(left -> amount.amount().compareTo(left) > 0).isPresent();
  }

  /** Whether no money will be there for it any more; it is not called then. */
  boolean refuses(ModelPricing pricing, InferenceRequest request) {
    return purse.refuses(pricing.worstCase(request).amount());
  }

  /** Why not everything was called; empty: it was. */
  Optional<StopSignal.Cause> reached() {
    return purse.hasRefused() ? Optional.of(budget.usedUp()) : Optional.empty();
  }
}

package io.penstock.pipeline;

import io.penstock.pipeline.PlanQueries.Group;
import io.penstock.pricing.AnswerHistory;
import io.penstock.pricing.CostEstimator;
import io.penstock.pricing.CostEstimator.Load;
import io.penstock.pricing.Interval;
import io.penstock.pricing.ModelPrice;
import io.penstock.tokens.TokenFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A model, and what can be said of calls of it before they are made.
 *
 * @param history null where the store holds too few answers of the job by it
 */
record PlannedModel(
    JobSetup.Model model, @Nullable AnswerHistory history, CostEstimator estimator) {
  static PlannedModel of(
      JobSetup.Model model, @Nullable AnswerHistory found, long cacheableTokens) {
    TokenFamily family = model.tokens();
    AnswerHistory history = found != null && found.tells() ? found : null;
    return new PlannedModel(
        model,
        history,
        new CostEstimator(
            new CostEstimator.Factor(
                family.lowFactor(), family.expectedFactor(), family.highFactor()),
            history,
            model.maxOutputTokens(),
            cacheableTokens));
  }

  String name() {
    return model.settings().name();
  }

  long inputTokens(List<Group> groups) {
    return Math.round(
        estimator.expectedFactor() * groups.stream().mapToLong(Group::countedTokens).sum());
  }

  /** Null where it is not known. */
  @Nullable Long outputTokens(long requests) {
    return history == null ? null : Math.round(history.meanOutputTokens() * requests);
  }

  /** USD; empty where a price is not known. */
  Optional<Interval> cost(List<Group> groups) {
    List<Load> loads = new ArrayList<>();
    for (Group group : groups) {
      ModelPrice price = price(group.isBatch());
      if (price == null) {
        return Optional.empty();
      }
      loads.add(load(price, group));
    }
    return Optional.of(estimator.cost(loads));
  }

  private @Nullable ModelPrice price(boolean isBatch) {
    ModelPrice price = model.price();
    return price == null || !isBatch ? price : price.batch();
  }

  /** Batches have the tiers of realtime. */
  private static Load load(ModelPrice price, Group group) {
    return new Load(
        group.tier() == 0 ? price.standard() : price.tiers().get(group.tier() - 1).rates(),
        group.requests(),
        group.countedTokens());
  }

  /**
   * Expected cost if these requests were all called by this model at its standard rates; empty
   * where it is not known.
   */
  Optional<Double> costInstead(long inputTokens, long outputTokens) {
    ModelPrice price = model.price();
    if (price == null) {
      return Optional.empty();
    }
    double input = price.standard().input().doubleValue() * inputTokens;
    return Optional.of((input + price.standard().output().doubleValue() * outputTokens) / 1e6);
  }
}

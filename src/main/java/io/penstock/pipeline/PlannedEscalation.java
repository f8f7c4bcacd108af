package io.penstock.pipeline;

import io.penstock.domain.DeliveryMode;
import io.penstock.pipeline.PlanQueries.Group;
import io.penstock.pricing.AnswerHistory;
import io.penstock.pricing.CostEstimate;
import io.penstock.pricing.Interval;
import io.penstock.report.CascadeSummary.Agreement;
import io.penstock.report.RunPlan.Calls;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a cascade adds to the calls of the first models: how many of their prompts its second model
 * is asked too, is told by the job's earlier answers; where there are too few, it may be all.
 *
 * @param to the cascade's second model
 * @param first calls of the others, at the second model's standard rates
 * @param before of the prompts that a first model answered for this job, those that the second one
 *     answered too
 * @param auditFraction of the rows, which are asked of both in any case
 */
record PlannedEscalation(
    PlannedModel to, List<Group> first, Agreement before, double auditFraction) {
  /**
   * @param calls of all models
   */
  static PlannedEscalation of(
      PlannedModel to, List<Group> calls, Agreement before, double auditFraction) {
    return new PlannedEscalation(
        to,
        calls.stream()
            .filter(group -> !group.model().equals(to.name()))
            .map(group -> group.asOf(to.model()))
            .toList(),
        before,
        auditFraction);
  }

  private boolean isTold() {
    return before.requests() >= AnswerHistory.FEWEST;
  }

  private double least() {
    return isTold() && before.low() != null ? before.low() : auditFraction;
  }

  private double most() {
    return isTold() && before.high() != null ? before.high() : 1;
  }

  private @Nullable Double expected() {
    return isTold() ? before.share() : null;
  }

  /** USD; empty where no price is known. */
  Optional<Interval> cost() {
    return cost(first);
  }

  private Optional<Interval> cost(List<Group> groups) {
    return groups.isEmpty()
        ? Optional.of(Interval.ZERO)
        : to.cost(groups)
            .map(all -> new Interval(all.low() * least(), expected(all), all.high() * most()));
  }

  private @Nullable Double expected(Interval all) {
    Double share = expected();
    if (share == null || share == 0) {
      return share;
    }
    return all.expected() == null ? null : Double.valueOf(all.expected() * share);
  }

  /** By delivery; where nothing is known, of all prompts. */
  List<Calls> lines() {
    return first.stream()
        .map(Group::delivery)
        .distinct()
        .sorted()
        .map(delivery -> line(delivery, of(delivery)))
        .toList();
  }

  private List<Group> of(DeliveryMode delivery) {
    return first.stream().filter(group -> group.delivery() == delivery).toList();
  }

  private Calls line(DeliveryMode delivery, List<Group> groups) {
    double share = expected() == null ? most() : expected();
    long all = groups.stream().mapToLong(Group::requests).sum();
    long requests = Math.round(share * all);
    return new Calls(
        to.name(),
        null,
        delivery.word(),
        requests,
        Math.round(share * to.inputTokens(groups)),
        false,
        expected() == null ? null : to.outputTokens(requests),
        requests * to.model().maxOutputTokens(),
        to.history() == null ? 0 : to.history().answers(),
        cost(groups).map(Interval::usd).orElse(CostEstimate.UNKNOWN));
  }

  /** For people. */
  String words() {
    return isTold()
        ? String.format(
            Locale.ROOT,
            "cascade: about %.0f %% of the prompts (%.0f to %.0f %%) will be asked of %s too, as it"
                + " was before; the estimate has these calls",
            100 * Optional.ofNullable(expected()).orElse(0.0),
            100 * least(),
            100 * most(),
            to.name())
        : "cascade: up to all prompts will be asked of %s too; the upper estimate has these calls"
            .formatted(to.name());
  }
}

package io.penstock.pipeline;

import io.penstock.domain.DeliveryMode;
import io.penstock.pipeline.PlanQueries.Group;
import io.penstock.pricing.CostEstimate;
import io.penstock.pricing.Interval;
import io.penstock.report.RunPlan;
import io.penstock.report.RunPlan.Calls;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The misses of a run by model and route, and what they cost. */
final class PlannedCalls {
  private final Map<String, PlannedModel> models = new LinkedHashMap<>();
  private final List<Group> groups;
  private final Set<String> first;
  private final Optional<PlannedEscalation> escalation;

  /**
   * @param order of the job's models
   * @param first names of those that rows are routed to
   * @param escalation of a cascade
   */
  PlannedCalls(
      List<JobSetup.Model> order,
      List<PlannedModel> planned,
      List<Group> groups,
      Set<String> first,
      Optional<PlannedEscalation> escalation) {
    for (JobSetup.Model model : order) {
      planned.stream()
          .filter(one -> one.name().equals(model.settings().name()))
          .forEach(one -> models.put(one.name(), one));
    }
    this.groups = groups;
    this.first = Set.copyOf(first);
    this.escalation = escalation;
  }

  Optional<PlannedEscalation> escalation() {
    return escalation;
  }

  List<PlannedModel> models() {
    return List.copyOf(models.values());
  }

  /** Those of them that are called in realtime, without the cascade's. */
  PlannedCalls inRealtime() {
    List<PlannedModel> planned = models();
    return new PlannedCalls(
        planned.stream().map(PlannedModel::model).toList(),
        planned,
        groups.stream().filter(group -> !group.isBatch()).toList(),
        first,
        Optional.empty());
  }

  /** Of a model. */
  List<Group> of(PlannedModel model) {
    return groups.stream().filter(group -> group.model().equals(model.name())).toList();
  }

  long requests(PlannedModel model) {
    return requests(of(model));
  }

  private static long requests(List<Group> groups) {
    return groups.stream().mapToLong(Group::requests).sum();
  }

  /** Requests that go into batches. */
  long batched(PlannedModel model) {
    return requests(of(model).stream().filter(Group::isBatch).toList());
  }

  /** Prompts that do not fit the model's context window. */
  long tooLong(PlannedModel model) {
    return requests(of(model).stream().filter(Group::tooLong).toList());
  }

  /** What the lines of a model differ in. */
  private record Way(int route, DeliveryMode delivery) {
    static Way of(Group group) {
      return new Way(group.route() == null ? -1 : group.route(), group.delivery());
    }
  }

  /** A line for each model, route and delivery that has misses. */
  List<Calls> lines() {
    List<Calls> lines = new ArrayList<>();
    for (PlannedModel model : models.values()) {
      Map<Way, List<Group>> byWay = of(model).stream().collect(Collectors.groupingBy(Way::of));
      byWay.keySet().stream()
          .sorted(Comparator.comparingInt(Way::route).thenComparing(Way::delivery))
          .forEach(way -> lines.add(line(model, way, byWay.get(way))));
    }
    escalation.ifPresent(further -> lines.addAll(further.lines()));
    return lines;
  }

  private static Calls line(PlannedModel model, Way way, List<Group> groups) {
    long requests = requests(groups);
    return new Calls(
        model.name(),
        way.route() < 0 ? null : way.route(),
        way.delivery().word(),
        requests,
        model.inputTokens(groups),
        model.model().tokens().isExact(),
        model.outputTokens(requests),
        requests * model.model().maxOutputTokens(),
        model.history() == null ? 0 : model.history().answers(),
        model.cost(groups).map(Interval::usd).orElse(CostEstimate.UNKNOWN));
  }

  /** Of all calls; unknown as soon as one model has no price. */
  CostEstimate estimate() {
    return total(UnaryOperator.identity())
        .flatMap(
            first ->
                escalation
                    .map(further -> further.cost().map(cost -> Interval.sum(List.of(first, cost))))
                    .orElse(Optional.of(first)))
        .map(Interval::usd)
        .orElse(CostEstimate.UNKNOWN);
  }

  private Optional<Interval> total(UnaryOperator<Group> delivered) {
    List<Interval> parts = new ArrayList<>();
    for (PlannedModel model : models.values()) {
      List<Group> own = of(model).stream().map(delivered).toList();
      Optional<Interval> cost = own.isEmpty() ? Optional.of(Interval.ZERO) : model.cost(own);
      if (cost.isEmpty()) {
        return Optional.empty();
      }
      parts.add(cost.get());
    }
    return Optional.of(Interval.sum(parts));
  }

  /**
   * A request from the store or of a duplicate row is taken to cost what those to call cost on the
   * average in realtime; where there are none, what earlier answers of the job cost.
   */
  RunPlan.Saved saved(long cached, long duplicates) {
    Double expected = total(Group::inRealtime).map(Interval::expected).orElse(null);
    Double each = requests(groups) == 0 ? costBefore() : perRequest(expected);
    return new RunPlan.Saved(
        saved(each, cached),
        saved(each, duplicates),
        expected == null && first.size() > 1 ? null : routing(expected == null ? 0 : expected),
        batch(expected));
  }

  /**
   * @param inRealtime expected cost of all calls, were none of them in batches
   */
  private @Nullable BigDecimal batch(@Nullable Double inRealtime) {
    if (groups.stream().noneMatch(Group::isBatch)) {
      return BigDecimal.ZERO;
    }
    Double expected = total(UnaryOperator.identity()).map(Interval::expected).orElse(null);
    return inRealtime == null || expected == null
        ? null
        : CostEstimate.rounded(inRealtime - expected);
  }

  private static @Nullable BigDecimal saved(@Nullable Double each, long requests) {
    if (requests == 0) {
      return BigDecimal.ZERO;
    }
    return each == null ? null : CostEstimate.rounded(each * requests);
  }

  private @Nullable Double perRequest(@Nullable Double expected) {
    return expected == null ? null : expected / requests(groups);
  }

  /** Of an answer of the job; null where none had a price. */
  private @Nullable Double costBefore() {
    double answers = 0;
    double usd = 0;
    for (PlannedModel model : models.values()) {
      if (model.history() != null && model.model().price() != null) {
        answers += model.history().answers();
        usd += model.history().answers() * model.history().costUsd();
      }
    }
    return answers == 0 ? null : usd / answers;
  }

  /** Against the dearest of the job's models for all, with answers as long. */
  private @Nullable BigDecimal routing(double expected) {
    long input = 0;
    long output = 0;
    for (PlannedModel model : models.values()) {
      Long own = model.outputTokens(requests(model));
      if (requests(model) > 0 && own != null) {
        input += model.inputTokens(of(model));
        output += own;
      }
    }
    long inputTokens = input;
    long outputTokens = output;
    return models.values().stream()
        .filter(model -> first.contains(model.name()))
        .map(model -> model.costInstead(inputTokens, outputTokens))
        .flatMap(Optional::stream)
        .max(Comparator.naturalOrder())
        .map(
            dearest ->
                CostEstimate.rounded(first.size() == 1 ? 0 : Math.max(0, dearest - expected)))
        .orElse(null);
  }
}

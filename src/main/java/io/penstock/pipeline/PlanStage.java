package io.penstock.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import io.penstock.lake.Columns;
import io.penstock.pipeline.DedupStage.Deduped;
import io.penstock.pipeline.PlanQueries.Group;
import io.penstock.pipeline.StoreLookupStage.Found;
import io.penstock.pipeline.StoreLookupStage.Lookup;
import io.penstock.pricing.AnswerHistory;
import io.penstock.pricing.ModelPrice;
import io.penstock.pricing.ModelPrice.Tier;
import io.penstock.report.CascadeSummary.Agreement;
import io.penstock.report.RunPlan;
import io.penstock.store.CompletionStore;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Says what the misses will cost and how long they take. Two small actions over the misses and the
 * store, one over the rows where some have no prompt; none where there is nothing to call. Pays
 * nothing and writes nothing.
 */
final class PlanStage {
  private final JobSetup setup;
  private final CompletionStore store;
  private final int executors;

  /**
   * @param executors that will call
   */
  PlanStage(JobSetup setup, CompletionStore store, int executors) {
    this.setup = setup;
    this.store = store;
    this.executors = executors;
  }

  /**
   * @param rows of {@link LinkStage}
   */
  RunPlan apply(Found found, PlannedMisses misses, Dataset<Row> rows) throws IOException {
    return misses.isEmpty()
        ? plan(found, rows, misses, new Seen(Map.of(), List.of(), Agreement.of(0, 0)))
        : applyThoroughly(found, misses, rows);
  }

  /** Looks at the store's answers even where there is nothing to call. */
  RunPlan applyThoroughly(Found found, PlannedMisses misses, Dataset<Row> rows) throws IOException {
    PlanQueries queries = new PlanQueries(setup.spec().name(), store.snapshot().entries());
    Map<String, AnswerHistory> histories =
        store.isNew() ? Map.of() : queries.histories(setup.models());
    Map<String, PlannedModel> planned = planned(histories);
    List<Group> groups =
        misses.isEmpty()
            ? List.of()
            : queries.groups(misses, tier(planned), tooLong(planned), identities());
    return plan(found, rows, misses, new Seen(histories, groups, askedTwice(queries)));
  }

  /**
   * What was found out.
   *
   * @param askedTwice of earlier prompts, by a cascade
   */
  private record Seen(
      Map<String, AnswerHistory> histories, List<Group> groups, Agreement askedTwice) {}

  private Agreement askedTwice(PlanQueries queries) throws IOException {
    return second().isEmpty() || store.isNew()
        ? Agreement.of(0, 0)
        : queries.askedTwice(
            setup.models().stream()
                .filter(model -> setup.spec().firstModels().contains(model.settings().name()))
                .filter(model -> !model.equals(second().get()))
                .toList(),
            second().get());
  }

  /** Of the job's cascade. */
  private Optional<JobSetup.Model> second() {
    return setup.models().stream()
        .filter(model -> model.settings().name().equals(setup.spec().cascade().to()))
        .findFirst();
  }

  private Optional<PlannedEscalation> escalation(Map<String, PlannedModel> planned, Seen seen) {
    return second()
        .filter(model -> !seen.groups().isEmpty())
        .map(
            model ->
                PlannedEscalation.of(
                    planned.get(model.settings().name()),
                    seen.groups(),
                    seen.askedTwice(),
                    setup.spec().cascade().auditFraction().doubleValue()));
  }

  private RunPlan plan(Found found, Dataset<Row> rows, PlannedMisses misses, Seen seen) {
    List<Group> groups = seen.groups();
    Map<String, PlannedModel> planned = planned(seen.histories());
    Deduped deduped = found.deduped();
    Lookup lookup = found.lookup();
    PlannedCalls calls =
        new PlannedCalls(
            setup.models(),
            List.copyOf(planned.values()),
            groups,
            setup.spec().firstModels(),
            escalation(planned, seen));
    SortedMap<String, Long> invalid =
        deduped.invalid() == 0 ? new TreeMap<>() : PlanQueries.invalidByReason(rows);
    return new RunPlan(
        deduped.rows(),
        deduped.invalid(),
        invalid,
        deduped.distinct(),
        deduped.duplicates(),
        lookup.hitCount(),
        misses.pending(),
        lookup.missCount(),
        byReason(groups),
        calls.lines(),
        calls.estimate(),
        calls.saved(lookup.hitCount(), deduped.duplicates()),
        new PlanTime(setup, executors, calls).time(),
        setup.prices().version(),
        new PlanWarnings(setup, calls).list(invalid.getOrDefault(PlanQueries.DOES_NOT_FIT, 0L)));
  }

  private Map<String, PlannedModel> planned(Map<String, AnswerHistory> histories) {
    Map<String, PlannedModel> planned = new HashMap<>();
    for (JobSetup.Model model : setup.models()) {
      String name = model.settings().name();
      long cacheable = SharedOpening.of(setup.templates(), model.tokens()).cacheableTokens();
      planned.put(name, PlannedModel.of(model, histories.get(name), cacheable));
    }
    return planned;
  }

  private List<String> identities() {
    return setup.models().stream()
        .map(model -> model.settings().endpoint().identity())
        .distinct()
        .toList();
  }

  /** How many of the price's thresholds a miss is above. */
  private Column tier(Map<String, PlannedModel> planned) {
    Column tier = lit(0);
    for (JobSetup.Model model : setup.models()) {
      ModelPrice price = model.price();
      for (Tier above : price == null ? List.<Tier>of() : price.tiers()) {
        tier =
            tier.plus(
                when(isAbove(model, planned, above.aboveInputTokens()), lit(1)).otherwise(lit(0)));
      }
    }
    return tier;
  }

  private Column tooLong(Map<String, PlannedModel> planned) {
    Column tooLong = lit(false);
    for (JobSetup.Model model : setup.models()) {
      Long window = model.price() == null ? null : model.price().contextWindow();
      tooLong = window == null ? tooLong : tooLong.or(isAbove(model, planned, window));
    }
    return tooLong;
  }

  private static Column isAbove(
      JobSetup.Model model, Map<String, PlannedModel> planned, long tokens) {
    String name = model.settings().name();
    double factor = planned.get(name).estimator().expectedFactor();
    return col(Columns.MODEL_NAME)
        .equalTo(name)
        .and(col(Columns.COUNTED_INPUT_TOKENS).multiply(lit(factor)).gt(lit((double) tokens)));
  }

  private static SortedMap<String, Long> byReason(List<Group> groups) {
    SortedMap<String, Long> reasons = new TreeMap<>();
    List.of(
            PlanQueries.NEW,
            PlanQueries.PARAMETERS_CHANGED,
            PlanQueries.TOO_OLD,
            PlanQueries.FAILED_BEFORE)
        .forEach(reason -> reasons.put(reason, 0L));
    groups.forEach(group -> reasons.merge(group.reason(), group.requests(), Long::sum));
    return reasons;
  }
}

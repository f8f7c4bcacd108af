package io.penstock.pipeline;

import io.penstock.limit.AccountLimits;
import io.penstock.limit.Rate;
import io.penstock.report.RunPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How long a plan's calls in realtime take: as long as the slowest account, and that as long as the
 * tightest of its limits makes it.
 */
final class PlanTime {
  private static final double MINUTE_SECONDS = 60;
  private static final double SECOND_MILLIS = 1_000;

  /**
   * OpenAI's only completion_window; Anthropic's batches expire then too (guides, read 2026-11).
   */
  private static final int COMPLETION_WINDOW_HOURS = 24;

  private final JobSetup setup;
  private final int executors;
  private final PlannedCalls calls;
  private final boolean hasBatches;

  /**
   * @param executors that will call
   */
  PlanTime(JobSetup setup, int executors, PlannedCalls calls) {
    this.setup = setup;
    this.executors = executors;
    this.calls = calls.inRealtime();
    this.hasBatches = calls.models().stream().anyMatch(model -> calls.batched(model) > 0);
  }

  private record Bound(double seconds, String by) {}

  RunPlan.Time time() {
    List<Bound> bounds = new ArrayList<>();
    boolean known = true;
    Map<String, List<PlannedModel>> byAccount =
        calls.models().stream()
            .filter(model -> calls.requests(model) > 0)
            .collect(Collectors.groupingBy(model -> model.model().accountModel()));
    for (List<PlannedModel> models : byAccount.values()) {
      AccountLimits limits = LimitWiring.limits(models.get(0).model(), setup.spec().concurrency());
      known &=
          models.stream()
              .allMatch(model -> model.history() != null && model.history().latencyMillis() > 0);
      limits
          .rates()
          .perMinute()
          .forEach((rate, perMinute) -> add(bounds, rate, perMinute * limits.share(), models));
      bounds.add(inFlight(models, limits));
    }
    Bound longest =
        bounds.stream()
            .max((one, other) -> Double.compare(one.seconds(), other.seconds()))
            .orElse(new Bound(0, "nothing: there is nothing to call"));
    return longest.seconds() == 0 && !known
        ? new RunPlan.Time(
            null, "", "no limits are set and the store holds no answers of this job", batchHours())
        : new RunPlan.Time(
            rounded(longest.seconds()), longest.by(), assumptions(known), batchHours());
  }

  private @Nullable Integer batchHours() {
    return hasBatches ? COMPLETION_WINDOW_HOURS : null;
  }

  private void add(List<Bound> bounds, Rate rate, double perMinute, List<PlannedModel> models) {
    double amount = models.stream().mapToDouble(model -> amount(rate, model)).sum();
    bounds.add(
        new Bound(
            MINUTE_SECONDS * amount / perMinute,
            String.format(
                Locale.ROOT,
                "%,.0f %s a minute",
                perMinute,
                rate.name().toLowerCase(Locale.ROOT).replace('_', ' '))));
  }

  /** Providers count the reserved maximum of output; where none is set, what is expected. */
  private double amount(Rate rate, PlannedModel model) {
    double requests = calls.requests(model);
    double input = model.inputTokens(calls.of(model));
    Integer reserved = model.model().settings().maxOutputTokens();
    Long expected = model.outputTokens(calls.requests(model));
    double output =
        reserved != null ? reserved * requests : expected == null ? 0 : expected.doubleValue();
    return switch (rate) {
      case REQUESTS -> requests;
      case INPUT_TOKENS -> input;
      case OUTPUT_TOKENS -> output;
      case TOKENS -> input + output;
    };
  }

  private Bound inFlight(List<PlannedModel> models, AccountLimits limits) {
    int most = limits.mostInFlight(executors);
    double callSeconds = 0;
    for (PlannedModel model : models) {
      if (model.history() != null) {
        callSeconds += calls.requests(model) * model.history().latencyMillis() / SECOND_MILLIS;
      }
    }
    return new Bound(callSeconds / most, String.format(Locale.ROOT, "%,d calls in flight", most));
  }

  private String assumptions(boolean latencyKnown) {
    String executing = executors == 1 ? "1 executor" : executors + " executors";
    return latencyKnown
        ? executing + ", calls as long as before, limits as the job sets them"
        : executing + ", limits as the job sets them; the length of calls is not known";
  }

  private static double rounded(double seconds) {
    return Math.round(seconds * 10) / 10.0;
  }
}

package io.penstock.pipeline;

import io.penstock.pricing.ModelPrice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What whoever answers for a plan's bill should know. */
final class PlanWarnings {
  private final JobSetup setup;
  private final PlannedCalls calls;

  PlanWarnings(JobSetup setup, PlannedCalls calls) {
    this.setup = setup;
    this.calls = calls;
  }

  /**
   * @param notSent rows whose prompts certainly do not fit
   */
  List<String> list(long notSent) {
    List<String> warnings = new ArrayList<>();
    if (notSent > 0) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "%,d prompts do not fit the context window of their model and are not sent",
              notSent));
    }
    for (PlannedModel model : calls.models()) {
      addPrice(model, warnings);
      addBatch(model, warnings);
      if (calls.requests(model) > 0) {
        addTooLong(model, warnings);
        addMaximum(model, warnings);
        addPromptCache(model, warnings);
      }
    }
    calls.escalation().map(PlannedEscalation::words).ifPresent(warnings::add);
    if (setup.spec().models().values().stream().anyMatch(model -> !model.fallback().isEmpty())) {
      warnings.add("calls of fallbacks are not in the estimate");
    }
    return warnings;
  }

  private void addPrice(PlannedModel model, List<String> warnings) {
    if (model.model().price() == null) {
      warnings.add(setup.prices().noPrice(model.model().settings()));
    }
  }

  private void addBatch(PlannedModel model, List<String> warnings) {
    boolean falls = setup.spec().asksForBatches() && !model.model().hasBatch();
    if (falls && calls.requests(model) > 0) {
      warnings.add(
          "%s has no Batch API here: what delivery wants in batches of it is called in realtime, at the realtime price"
              .formatted(model.name()));
    }
    if (calls.batched(model) > 0
        && model.model().price() != null
        && model.model().lacksBatchPrice()) {
      warnings.add(setup.prices().noBatchPrice(model.model().settings()));
    }
  }

  private void addTooLong(PlannedModel model, List<String> warnings) {
    ModelPrice price = model.model().price();
    long tooLong = calls.tooLong(model);
    if (price != null && tooLong > 0) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "%,d prompts are longer than the context window of %s, %,d tokens",
              tooLong,
              model.name(),
              price.contextWindow()));
    }
  }

  private static void addMaximum(PlannedModel model, List<String> warnings) {
    if (model.model().settings().maxOutputTokens() == null && model.history() == null) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "models.%s.max_output_tokens is not set: an answer is taken to have at most %,d"
                  + " tokens",
              model.name(),
              model.model().maxOutputTokens()));
    }
  }

  private void addPromptCache(PlannedModel model, List<String> warnings) {
    ModelPrice price = model.model().price();
    SharedOpening shared = SharedOpening.of(setup.templates(), model.model().tokens());
    boolean cheaper =
        price != null
            && price.standard().cachedInput() != null
            && price.standard().cachedInput().compareTo(price.standard().input()) < 0;
    if (cheaper && shared.isTooShort() && calls.requests(model) > 1) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "%s's prompt cache is unlikely to hit: prompts begin with %,d tokens in common, it"
                  + " takes %,d",
              model.name(),
              shared.tokens(),
              SharedOpening.LEAST_TOKENS));
    }
  }
}

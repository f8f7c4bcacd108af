package io.penstock.pipeline;

import io.penstock.domain.TokenUsage;
import io.penstock.domain.Usd;
import io.penstock.pipeline.RuntimeSettings.Model;
import io.penstock.pricing.ModelPrice;
import org.jspecify.annotations.Nullable;

/**
 * What requests of a model cost in a batch.
 *
 * @param worst at the most
 * @param batch null where no price is known
 * @param realtime what the same would cost otherwise; null where no price is known
 */
record BatchPricing(ModelPricing worst, @Nullable ModelPrice batch, @Nullable ModelPrice realtime) {
  static BatchPricing of(Model model) {
    ModelPrice realtime = model.price();
    ModelPrice batch = realtime == null ? null : realtime.batch();
    return new BatchPricing(new ModelPricing(model.settings(), batch), batch, realtime);
  }

  @Nullable Usd cost(TokenUsage usage) {
    return batch == null ? null : batch.cost(usage);
  }

  @Nullable Usd listCost(TokenUsage usage) {
    return realtime == null ? null : realtime.cost(usage);
  }
}

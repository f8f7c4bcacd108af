package io.penstock.simulator;

import io.penstock.pricing.ModelPrice;
import io.penstock.pricing.ModelPrice.Rates;
import io.penstock.pricing.ModelPrice.Tier;
import io.penstock.pricing.PriceList;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the played models cost in batches: as listed; where nothing is, half of everything. */
final class BatchPrices {
  private static final BigDecimal HALF = new BigDecimal("0.5");

  private BatchPrices() {}

  /** Null for a model without a price. */
  static @Nullable ModelPrice of(PriceList prices, String model) {
    ModelPrice realtime = prices.findByModel(model).orElse(null);
    if (realtime == null) {
      return null;
    }
    return realtime.batch() == null ? half(realtime) : realtime.batch();
  }

  private static ModelPrice half(ModelPrice realtime) {
    List<Tier> tiers =
        realtime.tiers().stream()
            .map(tier -> new Tier(tier.aboveInputTokens(), half(tier.rates())))
            .toList();
    return new ModelPrice(
        half(realtime.standard()), tiers, realtime.contextWindow(), realtime.maxOutput());
  }

  private static Rates half(Rates rates) {
    return new Rates(
        rates.input().multiply(HALF),
        half(rates.cachedInput()),
        half(rates.cacheWrite()),
        half(rates.longCacheWrite()),
        rates.output().multiply(HALF));
  }

  private static @Nullable BigDecimal half(@Nullable BigDecimal rate) {
    return rate == null ? null : rate.multiply(HALF);
  }
}

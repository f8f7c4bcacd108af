package io.penstock.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.pricing.ListedPrice;
import io.penstock.pricing.ModelPrice;
import io.penstock.pricing.ModelPrice.Rates;
import io.penstock.pricing.ModelPrice.Tier;
import io.penstock.pricing.PriceList;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the played models cost in batches: as listed; of a model without batch prices half of
 * everything. Cached input that has no batch price of its own costs as the batch's input, cache
 * writes as in realtime, and a tier without batch prices as in realtime.
 */
final class BatchPrices {
  private static final BigDecimal HALF = new BigDecimal("0.5");
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private BatchPrices() {}

  /** Null for a model without a price. */
  static @Nullable ModelPrice of(PriceList prices, String model) {
    ListedPrice listed = prices.nameByModel(model).flatMap(prices::listed).orElse(null);
    ModelPrice realtime = listed == null ? null : listed.price();
    if (listed == null || realtime == null) {
      return null;
    }
    JsonNode entry = read(listed.entryJson());
    return entry.hasNonNull("batch_input") && entry.hasNonNull("batch_output")
        ? listed(entry, realtime)
        : half(realtime);
  }

  private static JsonNode read(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException("An entry of the price list was read before", e);
    }
  }

  private static ModelPrice listed(JsonNode entry, ModelPrice realtime) {
    List<Tier> tiers = new ArrayList<>();
    for (Tier tier : realtime.tiers()) {
      tiers.add(new Tier(tier.aboveInputTokens(), rates(tierOf(entry, tier), tier.rates())));
    }
    return with(realtime, rates(entry, realtime.standard()), tiers);
  }

  private static JsonNode tierOf(JsonNode entry, Tier tier) {
    for (JsonNode one : entry.path("tiers")) {
      if (one.path("above_input_tokens").asLong() == tier.aboveInputTokens()) {
        return one;
      }
    }
    return MAPPER.missingNode();
  }

  private static Rates rates(JsonNode entry, Rates realtime) {
    BigDecimal input = price(entry, "batch_input");
    BigDecimal output = price(entry, "batch_output");
    if (input == null || output == null) {
      return realtime;
    }
    BigDecimal write = price(entry, "batch_cache_write");
    BigDecimal longWrite = price(entry, "batch_cache_write_1h");
    return new Rates(
        input,
        price(entry, "batch_cached_input"),
        write == null ? realtime.cacheWrite() : write,
        longWrite == null ? realtime.longCacheWrite() : longWrite,
        output);
  }

  private static @Nullable BigDecimal price(JsonNode entry, String key) {
    return entry.hasNonNull(key) ? new BigDecimal(entry.path(key).asText()) : null;
  }

  private static ModelPrice half(ModelPrice realtime) {
    List<Tier> tiers =
        realtime.tiers().stream()
            .map(tier -> new Tier(tier.aboveInputTokens(), half(tier.rates())))
            .toList();
    return with(realtime, half(realtime.standard()), tiers);
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

  private static ModelPrice with(ModelPrice realtime, Rates rates, List<Tier> tiers) {
    return new ModelPrice(
        rates, tiers, realtime.contextWindow(), realtime.maxOutput(), realtime.encoding());
  }
}

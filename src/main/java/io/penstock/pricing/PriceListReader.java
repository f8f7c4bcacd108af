package io.penstock.pricing;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.domain.Usd;
import io.penstock.pricing.ModelPrice.Rates;
import io.penstock.pricing.ModelPrice.Tier;
import io.penstock.yaml.Key;
import io.penstock.yaml.NearestName;
import io.penstock.yaml.Problems;
import io.penstock.yaml.RecordReader;
import io.penstock.yaml.YamlTree;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads {@code conf/prices.yaml} and the {@code prices} of a job. */
public final class PriceListReader {
  private static final String PATH = "prices";

  /** So that tokens times price per million tokens fits {@link Usd#SCALE} digits exactly. */
  private static final int MAX_PRICE_SCALE = Usd.SCALE - 6;

  private final Problems problems;

  public PriceListReader(Problems problems) {
    this.problems = problems;
  }

  /**
   * @param date when the prices were compiled, {@code YYYY-MM-DD}
   * @param prices by {@code provider/model}
   */
  record PriceFile(@Key(required = true) String date, Map<String, PriceEntry> prices) {}

  /** USD per million tokens, and the limits of the model; batch prices are for batch delivery. */
  record PriceEntry(
      @Key(required = true) BigDecimal input,
      @Nullable BigDecimal cachedInput,
      @Nullable BigDecimal cacheWrite,
      @Nullable BigDecimal cacheWrite1h,
      @Key(required = true) BigDecimal output,
      @Nullable BigDecimal batchInput,
      @Nullable BigDecimal batchOutput,
      @Key(fallback = "[]") List<TierEntry> tiers,
      @Nullable Long contextWindow,
      @Nullable Long maxOutput,
      @Nullable String encoding) {
    ModelPrice toPrice() {
      Rates rates = new Rates(input, cachedInput, cacheWrite, cacheWrite1h, output);
      return new ModelPrice(
          rates,
          tiers.stream().map(TierEntry::toTier).toList(),
          contextWindow,
          maxOutput,
          encoding);
    }
  }

  record TierEntry(
      @Key(required = true) Long aboveInputTokens,
      @Key(required = true) BigDecimal input,
      @Nullable BigDecimal cachedInput,
      @Nullable BigDecimal cacheWrite,
      @Nullable BigDecimal cacheWrite1h,
      @Key(required = true) BigDecimal output) {
    Tier toTier() {
      return new Tier(
          aboveInputTokens, new Rates(input, cachedInput, cacheWrite, cacheWrite1h, output));
    }
  }

  /** An empty list, with the problems noted, when the text cannot be used. */
  public PriceList read(String yaml) {
    PriceFile file =
        new RecordReader(problems).read(YamlTree.parse(yaml, problems), PriceFile.class, "");
    return file == null
        ? new PriceList("", Map.of())
        : new PriceList(file.date(), toPrices(file.prices()));
  }

  /**
   * @param prices the job's, by {@code provider/model}; a text names the entry of the list that has
   *     the prices, as of a deployment's model
   */
  public Map<String, ModelPrice> readOverrides(JsonNode prices, PriceList listed) {
    if (!prices.isObject()) {
      problems.add(PATH, "must be a mapping of provider/model to prices");
      return Map.of();
    }
    Map<String, PriceEntry> entries = new LinkedHashMap<>();
    Map<String, ModelPrice> named = new LinkedHashMap<>();
    prices
        .properties()
        .forEach(
            price -> {
              String path = PATH + "." + price.getKey();
              if (price.getValue().isTextual()) {
                checkName(price.getKey());
                find(price.getValue().asText(), path, listed)
                    .ifPresent(found -> named.put(price.getKey(), found));
                return;
              }
              PriceEntry entry =
                  new RecordReader(problems).read(price.getValue(), PriceEntry.class, path);
              if (entry != null) {
                entries.put(price.getKey(), entry);
              }
            });
    named.putAll(toPrices(entries));
    return named;
  }

  private Optional<ModelPrice> find(String name, String path, PriceList listed) {
    Optional<ModelPrice> found = listed.find(name);
    if (found.isEmpty()) {
      String hint = NearestName.hint(name, listed.names());
      problems.add(path, "is '" + name + "', which the list does not have; " + hint);
    }
    return found;
  }

  private Map<String, ModelPrice> toPrices(Map<String, PriceEntry> entries) {
    Map<String, ModelPrice> prices = new LinkedHashMap<>();
    entries.forEach(
        (name, entry) -> {
          check(name, entry);
          prices.put(name, entry.toPrice());
        });
    return prices;
  }

  private void check(String name, PriceEntry entry) {
    checkName(name);
    ModelPrice price = entry.toPrice();
    checkRates(name, price.standard());
    price.tiers().forEach(tier -> checkRates(name, tier.rates()));
  }

  private void checkName(String name) {
    if (name.indexOf('/') < 1) {
      problems.add(PATH + "." + name, "must be named provider/model");
    }
  }

  private void checkRates(String name, Rates rates) {
    for (BigDecimal rate :
        new BigDecimal[] {
          rates.input(),
          rates.cachedInput(),
          rates.cacheWrite(),
          rates.longCacheWrite(),
          rates.output()
        }) {
      if (rate != null
          && (rate.signum() < 0 || rate.stripTrailingZeros().scale() > MAX_PRICE_SCALE)) {
        problems.add(
            PATH + "." + name,
            rate.toPlainString()
                + " must not be negative nor have more than "
                + MAX_PRICE_SCALE
                + " decimals");
      }
    }
  }
}

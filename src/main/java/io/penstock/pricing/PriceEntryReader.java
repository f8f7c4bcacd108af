package io.penstock.pricing;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.domain.Usd;
import io.penstock.pricing.ModelPrice.Rates;
import io.penstock.pricing.ModelPrice.Tier;
import io.penstock.yaml.Key;
import io.penstock.yaml.Problems;
import io.penstock.yaml.RecordReader;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads one entry of a price list: prices, or a list of prices that hold at different times. */
final class PriceEntryReader {
  /** So that tokens times price per million tokens fits {@link Usd#SCALE} digits exactly. */
  private static final int MAX_PRICE_SCALE = Usd.SCALE - 6;

  private final Problems problems;
  private final LocalDate day;

  /**
   * @param day on which the prices are to hold
   */
  PriceEntryReader(Problems problems, LocalDate day) {
    this.problems = problems;
    this.day = day;
  }

  /**
   * USD per million tokens, and the limits of the model; batch prices are for batch delivery.
   *
   * @param validFrom the first day on which they hold, {@code YYYY-MM-DD} in UTC; null: always
   *     before
   * @param validUntil the first day on which they hold no more; null: for ever
   */
  record PriceEntry(
      @Nullable String validFrom,
      @Nullable String validUntil,
      @Key(required = true) BigDecimal input,
      @Nullable BigDecimal cachedInput,
      @Nullable BigDecimal cacheWrite,
      @Nullable BigDecimal cacheWrite1h,
      @Key(required = true) BigDecimal output,
      @Nullable BigDecimal batchInput,
      @Nullable BigDecimal batchCachedInput,
      @Nullable BigDecimal batchCacheWrite,
      @Nullable BigDecimal batchCacheWrite1h,
      @Nullable BigDecimal batchOutput,
      @Key(fallback = "[]") List<TierEntry> tiers,
      @Nullable Long contextWindow,
      @Nullable Long maxOutput,
      @Nullable String encoding) {
    ModelPrice toPrice() {
      List<Tier> realtime = tiers.stream().map(TierEntry::toTier).toList();
      ModelPrice price = new ModelPrice(rates(), realtime, contextWindow, maxOutput, encoding);
      Rates batchRates = batch().over(rates());
      return batchRates == null
          ? price
          : price.withBatch(batchRates, tiers.stream().map(TierEntry::toBatchTier).toList());
    }

    private Rates rates() {
      return new Rates(input, cachedInput, cacheWrite, cacheWrite1h, output);
    }

    BatchRates batch() {
      return new BatchRates(
          batchInput, batchCachedInput, batchCacheWrite, batchCacheWrite1h, batchOutput);
    }
  }

  record TierEntry(
      @Key(required = true) Long aboveInputTokens,
      @Key(required = true) BigDecimal input,
      @Nullable BigDecimal cachedInput,
      @Nullable BigDecimal cacheWrite,
      @Nullable BigDecimal cacheWrite1h,
      @Key(required = true) BigDecimal output,
      @Nullable BigDecimal batchInput,
      @Nullable BigDecimal batchCachedInput,
      @Nullable BigDecimal batchCacheWrite,
      @Nullable BigDecimal batchCacheWrite1h,
      @Nullable BigDecimal batchOutput) {
    Tier toTier() {
      return new Tier(aboveInputTokens, rates());
    }

    /** One that says nothing of batches holds for them too. */
    Tier toBatchTier() {
      Rates batchRates = batch().over(rates());
      return batchRates == null ? toTier() : new Tier(aboveInputTokens, batchRates);
    }

    private Rates rates() {
      return new Rates(input, cachedInput, cacheWrite, cacheWrite1h, output);
    }

    BatchRates batch() {
      return new BatchRates(
          batchInput, batchCachedInput, batchCacheWrite, batchCacheWrite1h, batchOutput);
    }
  }

  private record Dated(PricePeriod period, ModelPrice price, String json) {}

  /**
   * The price of the day.
   *
   * @param path of the entry, for messages
   * @return null, with the problems noted, where the entry cannot be used
   */
  @Nullable ListedPrice read(JsonNode entry, String path) {
    int before = problems.count();
    List<Dated> all = new ArrayList<>();
    if (entry.isArray()) {
      for (int i = 0; i < entry.size(); i++) {
        add(entry.get(i), path + "[" + i + "]", all);
      }
      if (entry.isEmpty()) {
        problems.add(path, "has no prices; leave it out instead");
      }
      refuseOverlaps(all, path);
    } else {
      add(entry, path, all);
    }
    return problems.count() == before ? ofDay(all) : null;
  }

  private ListedPrice ofDay(List<Dated> all) {
    String periods =
        all.stream()
            .filter(dated -> !dated.period().isAlways())
            .map(dated -> dated.period().toString())
            .collect(Collectors.joining(", "));
    return all.stream()
        .filter(dated -> dated.period().covers(day))
        .findFirst()
        .map(dated -> new ListedPrice(dated.price(), dated.json(), periods))
        .orElseGet(() -> new ListedPrice(null, "", periods));
  }

  private void add(JsonNode node, String path, List<Dated> all) {
    PriceEntry entry = new RecordReader(problems).read(node, PriceEntry.class, path);
    if (entry == null) {
      return;
    }
    ModelPrice price = entry.toPrice();
    checkBatch(entry, path);
    checkRates(path, price);
    PricePeriod period = period(entry, path);
    if (period != null) {
      all.add(new Dated(period, price, node.toString()));
    }
  }

  private @Nullable PricePeriod period(PriceEntry entry, String path) {
    int before = problems.count();
    LocalDate from = date(entry.validFrom(), path + ".valid_from");
    LocalDate until = date(entry.validUntil(), path + ".valid_until");
    if (problems.count() > before) {
      return null;
    }
    try {
      return new PricePeriod(from, until);
    } catch (IllegalArgumentException e) {
      problems.add(path, e.getMessage());
      return null;
    }
  }

  private @Nullable LocalDate date(@Nullable String text, String path) {
    try {
      return text == null ? null : LocalDate.parse(text);
    } catch (DateTimeParseException e) {
      problems.add(path, "is '" + text + "', must be a date such as 2026-01-31");
      return null;
    }
  }

  private void refuseOverlaps(List<Dated> all, String path) {
    for (int i = 0; i < all.size(); i++) {
      for (int j = i + 1; j < all.size(); j++) {
        PricePeriod one = all.get(i).period();
        PricePeriod other = all.get(j).period();
        if (one.overlaps(other)) {
          problems.add(
              path, "has two prices for the same days: one holds " + one + ", one " + other);
        }
      }
    }
  }

  private void checkBatch(PriceEntry entry, String path) {
    entry.batch().check(problems, path);
    for (int i = 0; i < entry.tiers().size(); i++) {
      BatchRates ofTier = entry.tiers().get(i).batch();
      String at = path + ".tiers[" + i + "]";
      ofTier.check(problems, at);
      if (entry.batch().isEmpty() && !ofTier.isEmpty()) {
        problems.add(at, "has batch prices, but the entry has no batch_input and batch_output");
      }
    }
  }

  private void checkRates(String path, ModelPrice price) {
    ModelPrice batch = price.batch() == null ? price : price.batch();
    Stream.of(price, batch)
        .flatMap(one -> Stream.concat(Stream.of(one.standard()), tierRates(one)))
        .flatMap(PriceEntryReader::each)
        .distinct()
        .forEach(rate -> checkRate(path, rate));
  }

  private static Stream<Rates> tierRates(ModelPrice price) {
    return price.tiers().stream().map(Tier::rates);
  }

  private static Stream<BigDecimal> each(Rates rates) {
    return Stream.of(
            Optional.of(rates.input()),
            Optional.ofNullable(rates.cachedInput()),
            Optional.ofNullable(rates.cacheWrite()),
            Optional.ofNullable(rates.longCacheWrite()),
            Optional.of(rates.output()))
        .flatMap(Optional::stream);
  }

  private void checkRate(String path, BigDecimal rate) {
    if (rate.signum() < 0 || rate.stripTrailingZeros().scale() > MAX_PRICE_SCALE) {
      problems.add(
          path,
          rate.toPlainString()
              + " must not be negative nor have more than "
              + MAX_PRICE_SCALE
              + " decimals");
    }
  }
}

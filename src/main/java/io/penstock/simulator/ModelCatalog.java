package io.penstock.simulator;

import io.penstock.pricing.ModelPrice;
import io.penstock.pricing.PriceList;
import io.penstock.tokens.TokenCounter;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/**
 * The models that are played: those with a price, and any whose name begins with {@code sim-},
 * which have neither a price nor limits. Thread-safe.
 */
final class ModelCatalog {
  private static final String FREE_PREFIX = "sim-";

  /** Names that clients make up are not remembered without bound. */
  private static final int MAX_REMEMBERED = 10_000;

  private final PriceList prices;
  private final TokenCounter counter = TokenCounter.o200k();
  private final Map<String, Optional<ModelPrice>> found = new ConcurrentHashMap<>();
  private final Set<String> named = new ConcurrentSkipListSet<>();

  /**
   * @param named further models to list before any was asked for
   */
  ModelCatalog(PriceList prices, Set<String> named) {
    this.prices = prices;
    this.named.addAll(prices.models());
    named.stream().filter(this::isPlayed).forEach(this.named::add);
  }

  boolean isPlayed(String model) {
    return model.startsWith(FREE_PREFIX) || find(model).isPresent();
  }

  /** Null for a model without a price. */
  @Nullable ModelPrice price(String model) {
    return find(model).orElse(null);
  }

  /** Null for a model without a price. */
  @Nullable ModelPrice batchPrice(String model) {
    return BatchPrices.of(prices, model);
  }

  /** The models with a price, those named by the options and those asked for so far, sorted. */
  Collection<String> names() {
    return named;
  }

  private Optional<ModelPrice> find(String model) {
    Optional<ModelPrice> known = found.get(model);
    if (known != null) {
      return known;
    }
    Optional<ModelPrice> price = prices.findByModel(model);
    if (found.size() < MAX_REMEMBERED) {
      found.put(model, price);
    }
    return price;
  }

  /**
   * Checks a request against its model.
   *
   * @return its input tokens
   * @throws ApiException where the model is not played, or its context or output limit is exceeded
   */
  long check(SimulatedRequest request, WireDialect dialect) throws ApiException {
    if (!isPlayed(request.model())) {
      throw dialect.unknownModel(request.model());
    }
    ModelPrice price = price(request.model());
    boolean limited = request.maxOutputTokens() != Long.MAX_VALUE;
    if (limited && request.maxOutputTokens() > largestOutput(price)) {
      throw dialect.tooManyOutputTokens(request, largestOutput(price));
    }
    long inputTokens = request.countInputTokens(counter);
    Long window = price == null ? null : price.contextWindow();
    if (window != null && inputTokens > window) {
      throw dialect.promptTooLong(inputTokens, window);
    }
    if (named.size() < MAX_REMEMBERED) {
      named.add(request.model());
    }
    return inputTokens;
  }

  /** Tokens that an answer to the request may have. */
  long outputLimit(SimulatedRequest request) {
    return Math.min(request.maxOutputTokens(), largestOutput(price(request.model())));
  }

  private static long largestOutput(@Nullable ModelPrice price) {
    Long max = price == null ? null : price.maxOutput();
    return max == null ? Long.MAX_VALUE : max;
  }
}

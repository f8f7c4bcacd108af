package io.penstock.pricing;

import io.penstock.domain.TokenUsage;
import io.penstock.domain.Usd;
import java.io.Serializable;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one model costs, in realtime unless it is the {@link #batch} of another.
 *
 * @param standard rates of requests that no tier holds for
 * @param tiers rates for the whole request once its input is larger, smallest threshold first;
 *     empty for most
 * @param contextWindow input and output tokens together; null where unknown
 * @param maxOutput largest number of output tokens; null where unknown
 * @param encoding how its tokens are counted, as the list names it; null where unknown
 * @param batch what the same model costs by its provider's Batch API; null where no batch prices
 *     are listed
 */
public record ModelPrice(
    Rates standard,
    List<Tier> tiers,
    @Nullable Long contextWindow,
    @Nullable Long maxOutput,
    @Nullable String encoding,
    @Nullable ModelPrice batch)
    implements Serializable {
  /** Prices are per this many tokens. */
  private static final int TOKENS_PER_PRICE_EXPONENT = 6;

  public ModelPrice {
    tiers = tiers.stream().sorted(Comparator.comparingLong(Tier::aboveInputTokens)).toList();
  }

  /** Without an encoding. */
  public ModelPrice(
      Rates standard, List<Tier> tiers, @Nullable Long contextWindow, @Nullable Long maxOutput) {
    this(standard, tiers, contextWindow, maxOutput, null);
  }

  /** Without batch prices. */
  public ModelPrice(
      Rates standard,
      List<Tier> tiers,
      @Nullable Long contextWindow,
      @Nullable Long maxOutput,
      @Nullable String encoding) {
    this(standard, tiers, contextWindow, maxOutput, encoding, null);
  }

  /** The same model, with batch prices where the list has them. */
  ModelPrice withBatch(Rates batchStandard, List<Tier> batchTiers) {
    ModelPrice batched =
        new ModelPrice(batchStandard, batchTiers, contextWindow, maxOutput, encoding);
    return new ModelPrice(standard, tiers, contextWindow, maxOutput, encoding, batched);
  }

  /**
   * USD per million tokens.
   *
   * @param cachedInput null: as input
   * @param cacheWrite null: as input
   * @param longCacheWrite for prompt-cache entries kept an hour; null: as cacheWrite
   */
  public record Rates(
      BigDecimal input,
      @Nullable BigDecimal cachedInput,
      @Nullable BigDecimal cacheWrite,
      @Nullable BigDecimal longCacheWrite,
      BigDecimal output)
      implements Serializable {
    private Usd cost(TokenUsage usage) {
      BigDecimal writeRate = cacheWrite == null ? input : cacheWrite;
      long shortWrites = usage.cacheCreationInputTokens() - usage.longCacheCreationInputTokens();
      long plain =
          usage.inputTokens() - usage.cacheReadInputTokens() - usage.cacheCreationInputTokens();
      BigDecimal sum =
          times(input, plain)
              .add(times(cachedInput == null ? input : cachedInput, usage.cacheReadInputTokens()))
              .add(times(writeRate, shortWrites))
              .add(
                  times(
                      longCacheWrite == null ? writeRate : longCacheWrite,
                      usage.longCacheCreationInputTokens()))
              .add(times(output, usage.outputTokens()));
      return new Usd(sum.movePointLeft(TOKENS_PER_PRICE_EXPONENT));
    }

    private static BigDecimal times(BigDecimal rate, long tokens) {
      return rate.multiply(BigDecimal.valueOf(tokens));
    }

    private Usd worstCase(long inputTokens, long outputTokens) {
      BigDecimal sum = times(dearestInput(), inputTokens).add(times(output, outputTokens));
      return new Usd(sum.movePointLeft(TOKENS_PER_PRICE_EXPONENT));
    }

    /** The highest price that one input token can have. */
    BigDecimal dearestInput() {
      BigDecimal dearest = input;
      for (BigDecimal rate : new BigDecimal[] {cachedInput, cacheWrite, longCacheWrite}) {
        dearest = rate == null ? dearest : dearest.max(rate);
      }
      return dearest;
    }
  }

  /**
   * @param aboveInputTokens the tier holds when a request has more input tokens than this
   */
  public record Tier(long aboveInputTokens, Rates rates) implements Serializable {}

  /** Exact cost of a request with this usage. */
  public Usd cost(TokenUsage usage) {
    return ratesFor(usage.inputTokens()).cost(usage);
  }

  /**
   * What a call of at most so many tokens can cost at the most, whatever the provider's prompt
   * cache does and whichever tier it falls into.
   */
  public Usd worstCase(long maxInputTokens, long maxOutputTokens) {
    Usd worst = Usd.ZERO;
    Rates rates = standard;
    for (Tier tier : tiers) {
      long most = Math.min(maxInputTokens, tier.aboveInputTokens());
      worst = dearer(worst, rates.worstCase(most, maxOutputTokens));
      if (maxInputTokens <= tier.aboveInputTokens()) {
        return worst;
      }
      rates = tier.rates();
    }
    return dearer(worst, rates.worstCase(maxInputTokens, maxOutputTokens));
  }

  private static Usd dearer(Usd a, Usd b) {
    return a.compareTo(b) > 0 ? a : b;
  }

  private Rates ratesFor(long inputTokens) {
    Rates found = standard;
    for (Tier tier : tiers) {
      found = inputTokens > tier.aboveInputTokens() ? tier.rates() : found;
    }
    return found;
  }
}

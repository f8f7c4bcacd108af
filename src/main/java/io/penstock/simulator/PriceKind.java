package io.penstock.simulator;

import io.penstock.domain.TokenUsage;
import io.penstock.pricing.ModelPrice.Rates;
import java.math.BigDecimal;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What an invoice has a line for. Each token of a call is of one kind. */
enum PriceKind {
  /** Neither read from the prompt cache nor written to it. */
  INPUT {
    @Override
    long tokens(TokenUsage usage) {
      return usage.inputTokens() - usage.cacheReadInputTokens() - usage.cacheCreationInputTokens();
    }

    @Override
    BigDecimal rate(Rates rates) {
      return rates.input();
    }
  },
  CACHED_INPUT {
    @Override
    long tokens(TokenUsage usage) {
      return usage.cacheReadInputTokens();
    }

    @Override
    BigDecimal rate(Rates rates) {
      return or(rates.cachedInput(), rates.input());
    }
  },
  CACHE_WRITE {
    @Override
    long tokens(TokenUsage usage) {
      return usage.cacheCreationInputTokens() - usage.longCacheCreationInputTokens();
    }

    @Override
    BigDecimal rate(Rates rates) {
      return or(rates.cacheWrite(), rates.input());
    }
  },
  CACHE_WRITE_1H {
    @Override
    long tokens(TokenUsage usage) {
      return usage.longCacheCreationInputTokens();
    }

    @Override
    BigDecimal rate(Rates rates) {
      return or(rates.longCacheWrite(), CACHE_WRITE.rate(rates));
    }
  },
  /** Thoughts included. */
  OUTPUT {
    @Override
    long tokens(TokenUsage usage) {
      return usage.outputTokens();
    }

    @Override
    BigDecimal rate(Rates rates) {
      return rates.output();
    }
  };

  abstract long tokens(TokenUsage usage);

  /** USD per million tokens. */
  abstract BigDecimal rate(Rates rates);

  /** The name on the invoice. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static BigDecimal or(@Nullable BigDecimal rate, BigDecimal otherwise) {
    return rate == null ? otherwise : rate;
  }
}

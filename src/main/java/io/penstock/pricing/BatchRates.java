package io.penstock.pricing;

import io.penstock.pricing.ModelPrice.Rates;
import io.penstock.yaml.Problems;
import java.math.BigDecimal;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an entry or tier of a price list says of batches; all null where it says nothing. What is
 * not said of cached tokens is taken at the dearest that it can be.
 */
record BatchRates(
    @Nullable BigDecimal input,
    @Nullable BigDecimal cachedInput,
    @Nullable BigDecimal cacheWrite,
    @Nullable BigDecimal longCacheWrite,
    @Nullable BigDecimal output) {
  boolean isEmpty() {
    return Stream.of(input, cachedInput, cacheWrite, longCacheWrite, output)
        .allMatch(Objects::isNull);
  }

  void check(Problems problems, String path) {
    if (!isEmpty() && (input == null || output == null)) {
      problems.add(path, "must have both batch_input and batch_output, or no batch prices");
    }
  }

  /**
   * The rates of a batch: cached input without a price of its own costs as the batch's input, cache
   * writes as in realtime.
   *
   * @return null where input and output have no batch prices
   */
  @Nullable Rates over(Rates realtime) {
    if (input == null || output == null) {
      return null;
    }
    return new Rates(
        input,
        cachedInput,
        cacheWrite == null ? realtime.cacheWrite() : cacheWrite,
        longCacheWrite == null ? realtime.longCacheWrite() : longCacheWrite,
        output);
  }
}

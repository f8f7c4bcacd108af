package io.penstock.provider;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Limits of an account and model as the provider's answers tell them, all per minute and above 0;
 * null where they do not say.
 *
 * @param tokens input and output together
 */
public record LearntRates(
    @Nullable Double requests,
    @Nullable Double tokens,
    @Nullable Double inputTokens,
    @Nullable Double outputTokens)
    implements Serializable {
  public static final LearntRates NONE = new LearntRates(null, null, null, null);
}

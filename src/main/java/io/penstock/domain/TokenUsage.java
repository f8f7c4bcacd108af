package io.penstock.domain;

import java.io.Serializable;
import java.util.function.Supplier;

/**
 * Tokens of one call in the project's meaning, whatever the provider's own way of counting.
 *
 * @param inputTokens all input tokens, cached ones included
 * @param cacheReadInputTokens part of the input read from the provider's prompt cache
 * @param cacheCreationInputTokens part of the input written to the provider's prompt cache
 * @param longCacheCreationInputTokens part of the tokens written to the prompt cache that is kept
 *     for an hour
 * @param outputTokens all output tokens, reasoning included
 * @param reasoningOutputTokens part of the output spent on reasoning
 */
public record TokenUsage(
    long inputTokens,
    long cacheReadInputTokens,
    long cacheCreationInputTokens,
    long longCacheCreationInputTokens,
    long outputTokens,
    long reasoningOutputTokens)
    implements Serializable {
  public static final TokenUsage NONE = of(0, 0);

  public static TokenUsage of(long inputTokens, long outputTokens) {
    return new TokenUsage(inputTokens, 0, 0, 0, outputTokens, 0);
  }

  /**
   * With other counts where there is no input or no output: no server reads nothing, and one that
   * has said something wrote something.
   *
   * @param counted asked only where it is needed
   */
  public TokenUsage orWhereNone(Supplier<TokenUsage> counted) {
    if (inputTokens > 0 && outputTokens > 0) {
      return this;
    }
    TokenUsage other = counted.get();
    return new TokenUsage(
        inputTokens > 0 ? inputTokens : other.inputTokens,
        cacheReadInputTokens,
        cacheCreationInputTokens,
        longCacheCreationInputTokens,
        outputTokens > 0 ? outputTokens : other.outputTokens,
        reasoningOutputTokens);
  }
}

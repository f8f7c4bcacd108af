package io.penstock.tokens;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How a model's provider counts tokens, as far as that can be known before it is asked: an encoding
 * that is counted exactly, or an approximation by o200k_base with a factor. Thread-safe.
 *
 * <p>A count is of our own encoding; {@link #expectedFactor} times it is expected on the bill, and
 * what is learnt from answers replaces the factors. Their ranges are cautious: for one text or
 * language a tokenizer is off by more than on the average.
 */
public enum TokenFamily {
  /** gpt-4o and newer, also gpt-oss, whose encoding has the same ranks. */
  O200K_BASE(TokenCounter::o200k, 1, 1, 1),

  /** gpt-4, gpt-3.5. */
  CL100K_BASE(TokenCounter::cl100k, 1, 1, 1),

  /**
   * Not public. Claude 3.5 made 16 % more tokens than gpt-4o of English articles, 21 % more of
   * mathematics, 30 % more of Python (VentureBeat, 2025-05-01); the tokenizer from Claude Opus 4.7
   * on makes 1.0 to 1.35 times as many as that one (Anthropic's migration guide, read 2026-11).
   */
  ANTHROPIC(TokenCounter::o200k, 1.4, 1.0, 2.0),

  /**
   * About four characters a token, 60 to 80 English words for 100 tokens (Google's guide on tokens,
   * read 2026-11), which is what o200k_base makes of English; other languages differ.
   */
  GEMINI(TokenCounter::o200k, 1.05, 0.8, 1.5),

  /** Any other, such as Llama, Mistral, DeepSeek, or one that the price list does not name. */
  OTHER(TokenCounter::o200k, 1.15, 0.8, 1.7);

  /**
   * What chat formats put around a message, and again in front of the answer: 3 tokens of OpenAI's
   * chat models (OpenAI's cookbook, "How to count tokens with tiktoken", read 2026-11). Of others
   * it is not known, and taken as the same.
   */
  private static final int TOKENS_AROUND_A_MESSAGE = 3;

  private final Supplier<TokenCounter> counter;
  private final double expectedFactor;
  private final double lowFactor;
  private final double highFactor;

  TokenFamily(Supplier<TokenCounter> counter, double expected, double low, double high) {
    this.counter = counter;
    this.expectedFactor = expected;
    this.lowFactor = low;
    this.highFactor = high;
  }

  /**
   * @param encoding as the price list names it; null: it names none
   */
  public static TokenFamily of(@Nullable String encoding) {
    return switch (encoding == null ? "" : encoding) {
      case "o200k_base", "o200k_harmony" -> O200K_BASE;
      case "cl100k_base" -> CL100K_BASE;
      case "anthropic" -> ANTHROPIC;
      case "gemini" -> GEMINI;
      default -> OTHER;
    };
  }

  /** Whether a count is the provider's own. */
  public boolean isExact() {
    return this == O200K_BASE || this == CL100K_BASE;
  }

  /** Tokens of a text by our own encoding. */
  public int count(String text) {
    return counter.get().count(text);
  }

  /** Tokens of a conversation by our own encoding, with what stands around its messages. */
  public long countMessages(Iterable<String> contents) {
    long tokens = TOKENS_AROUND_A_MESSAGE;
    for (String content : contents) {
      tokens += TOKENS_AROUND_A_MESSAGE + count(content);
    }
    return tokens;
  }

  /** Tokens on the bill for one of our own; 1 where counts are exact. */
  public double expectedFactor() {
    return expectedFactor;
  }

  /** The least that {@link #expectedFactor} can reasonably turn out to be. */
  public double lowFactor() {
    return lowFactor;
  }

  /** The most that {@link #expectedFactor} can reasonably turn out to be. */
  public double highFactor() {
    return highFactor;
  }
}

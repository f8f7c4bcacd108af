package io.penstock.pipeline;

import io.penstock.prompt.PromptTemplate;
import io.penstock.tokens.TokenFamily;

/**
 * What all prompts of a job begin with, as far as its templates tell: what a provider's prompt
 * cache could serve.
 *
 * @param tokens by our own count; {@link #UNKNOWN} in a job whose prompts are a column of messages
 */
record SharedOpening(long tokens) {
  static final long UNKNOWN = -1;

  /**
   * Providers keep no shorter beginnings (OpenAI's guide on prompt caching; of Anthropic's models
   * most, some keep 512, some only 4,096; read 2026-11).
   */
  static final long LEAST_TOKENS = 1_024;

  static SharedOpening of(JobSetup.Templates templates, TokenFamily family) {
    PromptTemplate system = templates.system();
    PromptTemplate user = templates.user();
    if (user == null) {
      return new SharedOpening(UNKNOWN);
    }
    if (system == null) {
      return new SharedOpening(family.count(user.opening()));
    }
    boolean constant = system.columns().isEmpty();
    long tokens = family.count(system.opening());
    return new SharedOpening(constant ? tokens + family.count(user.opening()) : tokens);
  }

  boolean isTooShort() {
    return tokens != UNKNOWN && tokens < LEAST_TOKENS;
  }

  /** Tokens of each prompt that the prompt cache may serve, at the most. */
  long cacheableTokens() {
    return tokens == UNKNOWN ? Long.MAX_VALUE : isTooShort() ? 0 : tokens;
  }
}

package io.penstock.domain;

/**
 * How long the provider is asked to keep what prompts begin with in its prompt cache; a hint, which
 * decides nothing of the answer.
 */
public enum PromptCacheHint {
  /** Nothing is asked; many providers keep beginnings unasked. */
  NONE,
  /** The provider's usual time, minutes. */
  SHORT,
  HOUR
}

package io.penstock.limit;

/** What providers limit by the minute. */
public enum Rate {
  REQUESTS,
  TOKENS,
  INPUT_TOKENS,
  OUTPUT_TOKENS
}

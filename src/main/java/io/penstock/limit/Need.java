package io.penstock.limit;

/**
 * What one attempt takes of an account's rates: one request and its tokens, estimated before it and
 * known after it.
 *
 * @param inputTokens at least 0
 * @param outputTokens at least 0
 */
public record Need(long inputTokens, long outputTokens) {
  /** Of an account whose tokens nobody counts. */
  public static final Need REQUEST = new Need(0, 0);

  long of(Rate rate) {
    return switch (rate) {
      case REQUESTS -> 1;
      case TOKENS -> inputTokens + outputTokens;
      case INPUT_TOKENS -> inputTokens;
      case OUTPUT_TOKENS -> outputTokens;
    };
  }
}

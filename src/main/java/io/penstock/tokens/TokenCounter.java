package io.penstock.tokens;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;

/**
 * Counts the tokens of a text as OpenAI's encodings do. Thread-safe; one registry per JVM, loaded
 * on first use.
 */
public final class TokenCounter {
  private final Encoding encoding;

  private TokenCounter(EncodingType type) {
    encoding = Encodings.newLazyEncodingRegistry().getEncoding(type);
  }

  private static final class O200k {
    static final TokenCounter COUNTER = new TokenCounter(EncodingType.O200K_BASE);
  }

  /** The encoding of gpt-4o and everything newer; for other families an approximation. */
  public static TokenCounter o200k() {
    return O200k.COUNTER;
  }

  Encoding encoding() {
    return encoding;
  }

  /**
   * @param text special-token spellings count as ordinary text
   */
  public int count(String text) {
    return encoding.countTokensOrdinary(text);
  }
}

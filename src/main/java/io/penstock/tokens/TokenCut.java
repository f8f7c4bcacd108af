package io.penstock.tokens;

import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingResult;

/**
 * Finds the beginning of a text that has at most so many tokens, without looking at the rest of it.
 * Thread-safe.
 */
public final class TokenCut {
  /** Above the longest of o200k_base, which is a run of 128 blanks. */
  private static final int LONGEST_TOKEN_CHARS = 256;

  private static final char REPLACEMENT = '\uFFFD';

  private final Encoding encoding;

  private TokenCut(TokenCounter counter) {
    encoding = counter.encoding();
  }

  public static TokenCut o200k() {
    return new TokenCut(TokenCounter.o200k());
  }

  /**
   * The longest beginning that ends with a whole token and a whole code point; the text itself
   * where it has no more tokens.
   *
   * @param maxTokens at least 0
   */
  public String head(String text, int maxTokens) {
    String near = near(text, maxTokens);
    EncodingResult result = encoding.encodeOrdinary(withoutLoneSurrogates(near), maxTokens);
    int chars = result.isTruncated() ? encoding.decode(result.getTokens()).length() : near.length();
    return chars == text.length() ? text : text.substring(0, chars);
  }

  /** More than so many tokens of it, if there are more. */
  private static String near(String text, int maxTokens) {
    long enough = (maxTokens + 1L) * LONGEST_TOKEN_CHARS;
    return text.length() <= enough ? text : text.substring(0, (int) enough);
  }

  /** What no encoding has a byte for would end the text; as long as before. */
  private static String withoutLoneSurrogates(String text) {
    StringBuilder clean = null;
    for (int at = 0; at < text.length(); at++) {
      if (!Character.isSurrogate(text.charAt(at))) {
        continue;
      }
      if (Character.charCount(text.codePointAt(at)) == 2) {
        at++;
      } else {
        clean = clean == null ? new StringBuilder(text) : clean;
        clean.setCharAt(at, REPLACEMENT);
      }
    }
    return clean == null ? text : clean.toString();
  }
}

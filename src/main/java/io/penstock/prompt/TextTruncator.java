package io.penstock.prompt;

import io.penstock.tokens.TokenCounter;
import io.penstock.tokens.TokenCut;

/** Cuts texts to a number of o200k_base tokens and marks where. Thread-safe. */
final class TextTruncator {
  /** Put where the rest was; counts within the limit. Limits too small for it go without. */
  static final String MARK = " […]";

  /** Longer texts are not counted whole: what was saved on them is estimated. */
  private static final int COUNTED_CHARS = 40_000;

  private static final int MOST_BYTES_PER_CHAR = 3;

  private static final class Tokens {
    static final TokenCounter COUNTER = TokenCounter.o200k();
    static final TokenCut CUT = TokenCut.o200k();
    static final int OF_MARK = COUNTER.count(MARK);
  }

  private TextTruncator() {}

  /**
   * The text as it is where it has at most so many tokens.
   *
   * @param maxTokens at least 1
   */
  static Shortened cut(String text, int maxTokens) {
    if (text.length() * (long) MOST_BYTES_PER_CHAR <= maxTokens) {
      return new Shortened(text, 0); // no token is less than a byte
    }
    String head = Tokens.CUT.head(text, maxTokens);
    if (head.length() == text.length()) {
      return new Shortened(text, 0);
    }
    String kept = marked(head, maxTokens);
    return new Shortened(kept, saved(text, head, kept));
  }

  private static String marked(String head, int maxTokens) {
    String mark = maxTokens > Tokens.OF_MARK ? MARK : "";
    String kept = head;
    for (int room = maxTokens - (mark.isEmpty() ? 0 : Tokens.OF_MARK); room >= 0; room--) {
      String cut = Tokens.CUT.head(head, room);
      kept = mark.isEmpty() ? cut : cut.stripTrailing() + mark;
      if (Tokens.COUNTER.count(kept) <= maxTokens) { // a cut may make other tokens of its end
        return kept;
      }
    }
    return kept;
  }

  private static long saved(String text, String head, String kept) {
    if (text.length() <= COUNTED_CHARS) {
      return (long) Tokens.COUNTER.count(text) - Tokens.COUNTER.count(kept);
    }
    double perChar = Tokens.COUNTER.count(head) / (double) Math.max(1, head.length());
    return Math.round(perChar * (text.length() - head.length()));
  }
}

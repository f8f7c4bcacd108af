package io.penstock.tokens;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Counts the tokens of a text as OpenAI's encodings do, exactly. Thread-safe; one registry per JVM,
 * loaded on first use.
 *
 * <p>Texts repeat their words, so the counts of short pieces are remembered. Pieces begin where
 * both encodings begin a token whatever stands around: at a space behind something else, and at a
 * sign behind a letter.
 */
public final class TokenCounter {
  /** Longer ones hardly come again. */
  private static final int LONGEST_REMEMBERED_CHARS = 24;

  /** A power of two; some 4 MB when full. */
  private static final int REMEMBERED = 1 << 15;

  /** Begins no piece: what follows may belong to the word, as in {@code don't}. */
  private static final char APOSTROPHE = '\'';

  private final Encoding encoding;

  /** Written without a lock: a piece that another thread overwrites is counted again. */
  private final @Nullable Piece[] remembered = new Piece[REMEMBERED];

  private TokenCounter(EncodingType type) {
    encoding = Encodings.newLazyEncodingRegistry().getEncoding(type);
  }

  private record Piece(String text, int tokens) {}

  private static final class O200k {
    static final TokenCounter COUNTER = new TokenCounter(EncodingType.O200K_BASE);
  }

  private static final class Cl100k {
    static final TokenCounter COUNTER = new TokenCounter(EncodingType.CL100K_BASE);
  }

  /** The encoding of gpt-4o and everything newer; for other families an approximation. */
  public static TokenCounter o200k() {
    return O200k.COUNTER;
  }

  /** The encoding of gpt-4 and gpt-3.5. */
  public static TokenCounter cl100k() {
    return Cl100k.COUNTER;
  }

  Encoding encoding() {
    return encoding;
  }

  /**
   * @param text special-token spellings count as ordinary text
   */
  public int count(String text) {
    int tokens = 0;
    int from = 0;
    int hash = 0;
    for (int at = 0; at < text.length(); at++) {
      char letter = text.charAt(at);
      if (at > from && beginsPiece(text.charAt(at - 1), letter)) {
        tokens += countPiece(text, from, at, hash);
        from = at;
        hash = 0;
      }
      hash = 31 * hash + letter;
    }
    return from == text.length() ? tokens : tokens + countPiece(text, from, text.length(), hash);
  }

  private static boolean beginsPiece(char before, char letter) {
    return letter == ' '
        ? before > ' ' && !Character.isWhitespace(before) && !Character.isSpaceChar(before)
        : isSign(letter) && Character.isLetter(before);
  }

  private static boolean isSign(char letter) {
    if (letter < 'A') { // most letters by far are above, most signs below
      return letter > ' ' && letter != APOSTROPHE && !(letter >= '0' && letter <= '9');
    }
    return switch (Character.getType(letter)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION,
          Character.MATH_SYMBOL,
          Character.CURRENCY_SYMBOL,
          Character.MODIFIER_SYMBOL,
          Character.OTHER_SYMBOL ->
          true;
      default -> false;
    };
  }

  private int countPiece(String text, int from, int to, int hash) {
    if (to - from > LONGEST_REMEMBERED_CHARS) {
      return encode(text.substring(from, to));
    }
    int slot = (hash ^ hash >>> 15) & REMEMBERED - 1;
    Piece known = remembered[slot];
    if (known != null
        && known.text().length() == to - from
        && text.startsWith(known.text(), from)) {
      return known.tokens();
    }
    String piece = text.substring(from, to);
    int tokens = encode(piece);
    remembered[slot] = new Piece(piece, tokens);
    return tokens;
  }

  /** Half a surrogate pair, which no encoding knows, counts as a question mark. */
  private int encode(String piece) {
    boolean plain = piece.chars().noneMatch(letter -> Character.isSurrogate((char) letter));
    return encoding.countTokensOrdinary(
        plain ? piece : new String(piece.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
  }
}

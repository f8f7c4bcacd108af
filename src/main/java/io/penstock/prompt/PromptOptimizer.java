package io.penstock.prompt;

import io.penstock.tokens.TokenCounter;
import java.io.Serializable;
import java.util.Map;

/**
 * Makes prompts shorter, as far as a job asks for it. Serializable, thread-safe.
 *
 * @param collapseWhitespace whether white space that says nothing is taken out of messages
 * @param maxTokens what a column of a template may have of o200k_base; others are not cut
 */
public record PromptOptimizer(Boolean collapseWhitespace, Map<String, Integer> maxTokens)
    implements Serializable {
  /** Leaves everything as it is. */
  public static final PromptOptimizer NONE = new PromptOptimizer(false, Map.of());

  /** Of longer messages what was saved is counted on the beginning alone. */
  private static final int COUNTED_CHARS = 20_000;

  public PromptOptimizer {
    maxTokens = Map.copyOf(maxTokens);
  }

  public boolean doesNothing() {
    return !collapseWhitespace && maxTokens.isEmpty();
  }

  /** A column's text as it goes into a template; the text itself where it is not cut. */
  public Shortened column(String name, String text) {
    Integer most = maxTokens.get(name);
    return most == null ? new Shortened(text, 0) : TextTruncator.cut(text, most);
  }

  /** A message as it is sent; the text itself where nothing was taken out. */
  public Shortened message(String text) {
    String shorter = collapseWhitespace ? WhitespaceCollapser.collapse(text) : text;
    return new Shortened(shorter, shorter.equals(text) ? 0 : saved(text, shorter));
  }

  private static long saved(String text, String shorter) {
    if (text.length() <= COUNTED_CHARS) {
      return tokens(text) - tokens(shorter);
    }
    String head = text.substring(0, COUNTED_CHARS);
    double savedOnHead = tokens(head) - tokens(WhitespaceCollapser.collapse(head));
    return Math.round(savedOnHead * text.length() / COUNTED_CHARS);
  }

  private static long tokens(String text) {
    return TokenCounter.o200k().count(text);
  }
}

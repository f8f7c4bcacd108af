package io.penstock.prompt;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A text with {@code {column}} places; <code>{{</code> and <code>}}</code> stand for braces.
 * Immutable, serializable.
 */
public final class PromptTemplate implements Serializable {
  private sealed interface Part extends Serializable {}

  private record Literal(String text) implements Part {}

  private record Place(String column) implements Part {}

  private final List<Part> parts;

  private PromptTemplate(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  /**
   * @throws IllegalArgumentException naming the position of a brace that does not belong
   */
  public static PromptTemplate parse(String text) {
    List<Part> parts = new ArrayList<>();
    StringBuilder literal = new StringBuilder();
    int at = 0;
    while (at < text.length()) {
      char letter = text.charAt(at);
      boolean doubled = at + 1 < text.length() && text.charAt(at + 1) == letter;
      if (letter != '{' && letter != '}') {
        literal.append(letter);
        at++;
      } else if (doubled) {
        literal.append(letter);
        at += 2;
      } else {
        at = addPlace(text, at, literal, parts);
      }
    }
    addLiteral(literal, parts);
    return new PromptTemplate(parts);
  }

  /** Returns the position after the place that begins at {@code open}. */
  private static int addPlace(String text, int open, StringBuilder literal, List<Part> parts) {
    int close = text.indexOf('}', open);
    if (text.charAt(open) == '}' || close < 0) {
      throw new IllegalArgumentException(
          "has a single '"
              + text.charAt(open)
              + "' at character "
              + (open + 1)
              + "; write it twice for a brace");
    }
    String column = text.substring(open + 1, close);
    if (column.isBlank() || column.indexOf('{') >= 0) {
      throw new IllegalArgumentException(
          "has no column name in the braces at character " + (open + 1));
    }
    addLiteral(literal, parts);
    parts.add(new Place(column));
    return close + 1;
  }

  private static void addLiteral(StringBuilder literal, List<Part> parts) {
    if (!literal.isEmpty()) {
      parts.add(new Literal(literal.toString()));
      literal.setLength(0);
    }
  }

  /**
   * A text that is the same in all prompts, but stands behind a column.
   *
   * @param column the one before it
   */
  public record LaterText(String column, String text) {}

  /** In their order. */
  public List<LaterText> laterTexts() {
    List<LaterText> later = new ArrayList<>();
    String column = null;
    for (Part part : parts) {
      if (part instanceof Place place) {
        column = place.column();
      } else if (column != null) {
        later.add(new LaterText(column, ((Literal) part).text()));
      }
    }
    return later;
  }

  /** The columns named, each once, in the order of their first place. */
  public List<String> columns() {
    return parts.stream()
        .filter(Place.class::isInstance)
        .map(part -> ((Place) part).column())
        .distinct()
        .toList();
  }

  /** The text in front of the first place: what all prompts have in common. */
  public String opening() {
    return !parts.isEmpty() && parts.get(0) instanceof Literal literal ? literal.text() : "";
  }

  /**
   * @param values of all {@link #columns()}, none null
   */
  public String render(Map<String, String> values) {
    StringBuilder text = new StringBuilder();
    for (Part part : parts) {
      text.append(
          part instanceof Literal literal ? literal.text() : values.get(((Place) part).column()));
    }
    return text.toString();
  }
}

package io.penstock.prompt;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes out white space that says nothing: runs of blanks and tabs within a line become one blank,
 * those at its end go, and of more than two line breaks in a row two stay.
 *
 * <p>Kept are the indentation of lines, which carries meaning in code and lists, all that stands in
 * code fences ({@code ```} or {@code ~~~}, in lists and quotes too; one that is never closed lasts
 * to the end), the kind of line breaks, and any other white space of Unicode.
 */
final class WhitespaceCollapser {
  private static final Pattern LINE = Pattern.compile("([^\r\n]*)(\r\n|\r|\n|\\z)");

  /** A quote's or list's marks, then the fence; after backticks no further ones. */
  private static final Pattern FENCE =
      Pattern.compile("[ \t>]*(?:(?:[-*+]|\\d{1,9}[.)])[ \t]+){0,20}(`{3,}(?=[^`]*$)|~{3,}).*");

  private static final Pattern CLOSING = Pattern.compile("([ \t>]*)(`{3,}|~{3,})[ \t]*");

  /** How far a closing fence may be indented beyond its opening one, as Markdown has it. */
  private static final int CLOSING_INDENT = 3;

  private static final int MOST_LINE_BREAKS = 2;

  private final StringBuilder out;
  private String fence = "";
  private int fenceIndent;
  private int lineBreaks;

  private WhitespaceCollapser(int length) {
    out = new StringBuilder(length);
  }

  /** The text itself where there is nothing to take out. */
  static String collapse(String text) {
    WhitespaceCollapser collapser = new WhitespaceCollapser(text.length());
    Matcher lines = LINE.matcher(text);
    for (int at = 0; at < text.length() && lines.find(at); at = lines.end()) {
      collapser.add(lines.group(1), lines.group(2));
    }
    return collapser.out.length() == text.length()
        ? text(text, collapser.out)
        : collapser.out.toString();
  }

  /** A tab may have become a blank. */
  private static String text(String before, StringBuilder after) {
    return before.contentEquals(after) ? before : after.toString();
  }

  private void add(String line, String lineBreak) {
    if (!fence.isEmpty()) {
      out.append(line).append(lineBreak);
      fence = closes(line) ? "" : fence;
      lineBreaks = lineBreak.isEmpty() ? 0 : 1;
      return;
    }
    Matcher opening = FENCE.matcher(line);
    boolean opens = (line.contains("```") || line.contains("~~~")) && opening.matches();
    if (opens) {
      fence = opening.group(1);
      fenceIndent = opening.start(1);
    }
    int before = out.length();
    if (opens) {
      out.append(line);
    } else {
      appendCollapsed(line);
    }
    lineBreaks = out.length() > before ? 0 : lineBreaks;
    if (lineBreaks < MOST_LINE_BREAKS) {
      out.append(lineBreak);
      lineBreaks += lineBreak.isEmpty() ? 0 : 1;
    }
  }

  private boolean closes(String line) {
    Matcher closing = CLOSING.matcher(line);
    return closing.matches()
        && closing.group(2).startsWith(fence)
        && closing.group(1).length() <= fenceIndent + CLOSING_INDENT;
  }

  private void appendCollapsed(String line) {
    int end = line.length();
    while (end > 0 && isBlank(line.charAt(end - 1))) {
      end--;
    }
    int at = 0;
    while (at < end && isBlank(line.charAt(at))) {
      at++;
    }
    out.append(line, 0, at);
    while (at < end) {
      char letter = line.charAt(at++);
      if (!isBlank(letter)) {
        out.append(letter);
      } else if (!isBlank(line.charAt(at))) { // the last of a run; the line does not end with one
        out.append(' ');
      }
    }
  }

  private static boolean isBlank(char letter) {
    return letter == ' ' || letter == '\t';
  }
}

package io.penstock.pipeline;

/**
 * Input or settings that cannot be used; found before anything is paid. The message says what,
 * where and what to do.
 */
public final class InvalidInputException extends RuntimeException {
  /** Longest part of Spark's own words that is quoted. */
  private static final int QUOTED = 600;

  public InvalidInputException(String message) {
    super(message);
  }

  InvalidInputException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Quotes the innermost cause's first line: Spark's outer ones only say that a job failed. */
  static InvalidInputException because(String what, Throwable error) {
    Throwable root = error;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    String words =
        String.valueOf(root.getMessage())
            .lines()
            .filter(line -> !line.isBlank()) // Spark begins some with an empty one
            .findFirst()
            .orElse("");
    String quoted = words.length() > QUOTED ? words.substring(0, QUOTED) + "..." : words;
    return new InvalidInputException(what + ": " + quoted, error);
  }
}

package io.penstock.pipeline;

/** The execution was told to end before its results could be written; the next one goes on. */
public final class RunInterruptedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  RunInterruptedException(String message) {
    super(message);
  }

  RunInterruptedException(String message, Throwable cause) {
    super(message, cause);
  }
}

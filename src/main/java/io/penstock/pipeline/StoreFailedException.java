package io.penstock.pipeline;

import java.io.IOException;

/**
 * Answers could not be kept, so no further call was made; what is kept serves the next execution.
 */
public final class StoreFailedException extends IOException {
  private static final long serialVersionUID = 1;

  StoreFailedException(String message) {
    super(message);
  }

  /** What could not be written, and the innermost reason. */
  static String describe(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return "The calls were stopped: an answer could not be stored: "
        + root.getMessage()
        + ". Run the job again once the store can be written";
  }
}

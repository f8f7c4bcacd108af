package io.penstock.simulator.batch;

import java.util.Locale;

/** Where a batch stands, in OpenAI's words; Anthropic's are fewer. */
public enum BatchState {
  VALIDATING,
  FAILED,
  IN_PROGRESS,
  FINALIZING,
  COMPLETED,
  EXPIRED,
  CANCELLING,
  CANCELLED;

  public boolean isEnd() {
    return switch (this) {
      case FAILED, COMPLETED, EXPIRED, CANCELLED -> true;
      default -> false;
    };
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}

package io.penstock.simulator.batch;

import io.penstock.domain.TokenUsage;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How far a batch has come.
 *
 * @param entered when it came into each state that it has been in, VALIDATING left out
 */
public record BatchStanding(BatchState state, Tally tally, Map<BatchState, Instant> entered) {
  public BatchStanding {
    EnumMap<BatchState, Instant> copy = new EnumMap<>(BatchState.class);
    copy.putAll(entered);
    entered = Collections.unmodifiableMap(copy);
  }

  /** Null for a state that it has not been in. */
  public @Nullable Instant entered(BatchState state) {
    return entered.get(state);
  }

  /**
   * @param total requests of the batch
   * @param succeeded requests that were done, and are billed
   * @param failed requests that ended in an error
   * @param usage of those that succeeded, together
   */
  public record Tally(int total, int succeeded, int failed, TokenUsage usage) {
    public static Tally none(int total) {
      return new Tally(total, 0, 0, TokenUsage.NONE);
    }

    int done() {
      return succeeded + failed;
    }

    /** Requests of which nothing became. */
    public int left() {
      return total - done();
    }

    Tally with(DoneRequest done) {
      return done.succeeded()
          ? new Tally(total, succeeded + 1, failed, sum(usage, done.usage()))
          : new Tally(total, succeeded, failed + 1, usage);
    }

    private static TokenUsage sum(TokenUsage one, TokenUsage other) {
      return new TokenUsage(
          one.inputTokens() + other.inputTokens(),
          one.cacheReadInputTokens() + other.cacheReadInputTokens(),
          one.cacheCreationInputTokens() + other.cacheCreationInputTokens(),
          one.longCacheCreationInputTokens() + other.longCacheCreationInputTokens(),
          one.outputTokens() + other.outputTokens(),
          one.reasoningOutputTokens() + other.reasoningOutputTokens());
    }
  }
}

package io.penstock.provider;

import io.penstock.domain.FailureKind;
import java.io.Serializable;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A batch as its provider shows it at one moment.
 *
 * @param createdAt {@link Instant#EPOCH} where the provider does not say
 * @param expiresAt null where the provider does not say
 * @param endedAt null while it has not, or where the provider does not say
 * @param tags those it was created with; empty where the provider keeps none
 * @param resultPaths where its results lie, below the base URL; of use to its {@link BatchProvider}
 *     only, empty where there are none
 * @param error what the provider says is wrong with it, its code first; null: nothing
 * @param problems the same one by one, at most {@link #MAX_PROBLEMS}; empty where it tells none
 */
public record ProviderBatch(
    String id,
    State state,
    Instant createdAt,
    @Nullable Instant expiresAt,
    @Nullable Instant endedAt,
    Counts counts,
    Map<String, String> tags,
    List<String> resultPaths,
    @Nullable String error,
    List<Problem> problems)
    implements Serializable {
  /** More say nothing more. */
  public static final int MAX_PROBLEMS = 1_000;

  public ProviderBatch {
    tags = Map.copyOf(tags);
    resultPaths = List.copyOf(resultPaths);
    problems = List.copyOf(problems);
  }

  /** How far it came. One that has ended stays as it is, and may have results whatever its end. */
  public enum State {
    VALIDATING,
    IN_PROGRESS,
    FINALIZING,
    CANCELLING,
    COMPLETED,
    /** Was not begun: what is wrong is in {@link #error}. */
    FAILED,
    EXPIRED,
    CANCELLED;

    public boolean hasEnded() {
      return switch (this) {
        case VALIDATING, IN_PROGRESS, FINALIZING, CANCELLING -> false;
        case COMPLETED, FAILED, EXPIRED, CANCELLED -> true;
      };
    }
  }

  /**
   * Its requests, 0 where the provider does not say (yet). Anthropic tells all but the total at the
   * end.
   *
   * @param failed those without an answer for good, cancelled and expired ones included where the
   *     provider counts them
   */
  public record Counts(long total, long completed, long failed) implements Serializable {
    public static final Counts NONE = new Counts(0, 0, 0);
  }

  /**
   * Why a batch was not begun.
   *
   * @param kind INVALID_REQUEST where the provider's code says no more
   * @param message its code first
   * @param line of the file, counted from 1; null: the batch as a whole
   */
  public record Problem(FailureKind kind, String message, @Nullable Integer line)
      implements Serializable {}

  /** Failed because too many tokens were waiting already: as it is, it may be created later. */
  public boolean isQueueFull() {
    return QueueLimit.isNamedIn(error);
  }

  /** The same with what is wrong said in other words. */
  public ProviderBatch withWords(UnaryOperator<String> words) {
    List<Problem> others =
        problems.stream()
            .map(told -> new Problem(told.kind, words.apply(told.message), told.line))
            .toList();
    String other = error == null ? null : words.apply(error);
    return new ProviderBatch(
        id, state, createdAt, expiresAt, endedAt, counts, tags, resultPaths, other, others);
  }
}

package io.penstock.pipeline;

import java.util.LinkedHashSet;
import java.util.Set;

/** Judges one thing after the other, so that all that is wrong is told at once. */
public final class Problems {
  private final Set<String> problems = new LinkedHashSet<>();

  /** Ends normally where nothing is wrong. */
  @FunctionalInterface
  public interface Judgement<E extends Exception> {
    /**
     * @throws InvalidInputException that says what is wrong
     */
    void judge() throws E;
  }

  /** Keeps what is wrong for {@link #tell()}. */
  public <E extends Exception> void collect(Judgement<E> judgement) throws E {
    try {
      judgement.judge();
    } catch (InvalidInputException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
  }

  /**
   * @throws InvalidInputException a line for each thing that was wrong, each once
   */
  public void tell() {
    if (!problems.isEmpty()) {
      throw new InvalidInputException(String.join("\n", problems));
    }
  }
}

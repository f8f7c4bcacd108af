package io.penstock.pricing;

/**
 * What a job's earlier answers by one model say of the next ones: how long they are, and how many
 * input tokens the provider counts where we count one.
 *
 * @param answers that it was made of
 * @param output their output tokens
 * @param logOutput natural logarithms of them
 * @param input of the answers whose prompts were counted here
 * @param cache what the provider's prompt cache did
 * @param latencyMillis mean time of a call; 0 where all came in batches
 * @param costUsd mean cost of an answer in realtime; 0 where none is known
 */
public record AnswerHistory(
    long answers,
    Moments output,
    Moments logOutput,
    CountedInput input,
    CacheShares cache,
    double latencyMillis,
    double costUsd) {
  /** Fewer tell nothing of how much answers vary. */
  public static final int FEWEST = 5;

  /**
   * @param sum of values
   * @param squares sum of their squares
   */
  public record Moments(double sum, double squares) {
    double mean(long n) {
      return sum / n;
    }

    /** Of a sample; 0 where values are equal. */
    double variance(long n) {
      return Math.max(0, squares - sum * sum / n) / (n - 1);
    }
  }

  /**
   * Sums over prompts of our own counts c and the provider's x.
   *
   * @param prompts that were counted
   */
  public record CountedInput(
      long prompts, double counted, double billed, double cc, double cx, double xx) {
    boolean tells() {
      return prompts >= FEWEST && counted > 0;
    }

    /** The provider's tokens for one of ours. */
    double factor() {
      return billed / counted;
    }

    /** Variance of a prompt's tokens around the factor times our count. */
    double residualVariance() {
      double factor = factor();
      return Math.max(0, xx - 2 * factor * cx + factor * factor * cc) / (prompts - 1);
    }
  }

  /** Parts of all input tokens, 0 to 1. */
  public record CacheShares(double read, double written) {}

  public boolean tells() {
    return answers >= FEWEST;
  }

  /** Whether prompts were counted when these answers were bought. */
  public boolean tellsInput() {
    return input.tells();
  }

  /** The provider's input tokens for one of ours. */
  public double inputFactor() {
    return input.factor();
  }

  public double meanOutputTokens() {
    return output.mean(answers);
  }

  /**
   * Standard deviation of an answer's length by its mean: the sample's, or that of the lognormal
   * distribution that fits the sample's logarithms where it is larger. In a small sample the
   * longest answers are mostly missing; their logarithms show earlier that there are such.
   */
  double outputVariation() {
    double ofSample = Math.sqrt(output.variance(answers)) / Math.max(1, meanOutputTokens());
    double ofLogarithms = Math.sqrt(Math.expm1(Math.min(4, logOutput.variance(answers))));
    return Math.max(ofSample, ofLogarithms);
  }
}

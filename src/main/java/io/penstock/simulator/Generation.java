package io.penstock.simulator;

import io.penstock.simulator.AnswerFunction.Answer;

/**
 * What a played model generates: thoughts where the request asks for them, then the answer, both
 * within the output limit. A function of the request and the seed. Thread-safe.
 *
 * <p>The number of thought tokens is lognormal, with a median of about 120 and a 99th percentile of
 * about 1,000. Where they use up the limit, nothing is left for the answer.
 */
final class Generation {
  private static final Lognormal THOUGHT_TOKENS = new Lognormal(120, 1_000);

  /** Apart from those of answers and latencies, which count from 0. */
  private static final long RANDOM_OF_THOUGHTS = -1;

  private static final Answer NOTHING = new Answer("", 0, true);

  private final AnswerFunction answers;
  private final ModelCatalog catalog;
  private final long seed;

  Generation(SimulatorOptions options, ModelCatalog catalog) {
    this.answers = new AnswerFunction(options.seed(), options.accuracy());
    this.catalog = catalog;
    this.seed = options.seed();
  }

  record Generated(Answer answer, long thoughtTokens) {
    long outputTokens() {
      return answer.outputTokens() + thoughtTokens;
    }
  }

  Generated of(SimulatedRequest request) {
    long limit = catalog.outputLimit(request);
    long thoughts = Math.min(limit, thoughtTokens(request));
    Answer answer = thoughts == limit ? NOTHING : answers.answer(request, limit - thoughts);
    return new Generated(answer, thoughts);
  }

  private long thoughtTokens(SimulatedRequest request) {
    long most = request.wishes().thoughtTokens();
    if (most <= 0) {
      return 0;
    }
    double drawn = THOUGHT_TOKENS.draw(request.identity().random(seed, RANDOM_OF_THOUGHTS));
    return Math.min(most, Math.max(1, (long) drawn));
  }
}

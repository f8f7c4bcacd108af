package io.penstock.pipeline;

import io.penstock.domain.InferenceRequest;
import io.penstock.domain.Message;
import io.penstock.domain.TokenUsage;
import io.penstock.limit.Need;
import org.jspecify.annotations.Nullable;

/**
 * Foretells the tokens of one model's calls, for the rates that are counted in tokens: from our own
 * count of the prompt's, and better with each answer. Thread-safe.
 */
final class NeedEstimate {
  /** Of a prompt that was not counted: English prose by OpenAI's encodings. */
  private static final int CHARS_PER_TOKEN = 4;

  /** Where no maximum is set, until an answer has come: between a label and a page. */
  private static final double FIRST_OUTPUT_TOKENS = 500;

  /** Weight of the latest answer. */
  private static final double NEWS = 0.1;

  private final @Nullable Integer maxOutputTokens;
  private double factor;
  private double outputTokens = FIRST_OUTPUT_TOKENS;

  /**
   * @param maxOutputTokens what providers reserve; null: as many as answers have had lately
   * @param firstFactor the provider's tokens for one of ours, until an answer has come
   */
  NeedEstimate(@Nullable Integer maxOutputTokens, double firstFactor) {
    this.maxOutputTokens = maxOutputTokens;
    this.factor = firstFactor;
  }

  synchronized Need of(InferenceRequest request) {
    long output = maxOutputTokens == null ? Math.round(outputTokens) : maxOutputTokens;
    return new Need((long) Math.ceil(tokens(request) * factor), output);
  }

  synchronized void observe(InferenceRequest request, TokenUsage usage) {
    double observed = usage.inputTokens() / (double) Math.max(1, tokens(request));
    factor += NEWS * (observed - factor);
    outputTokens += NEWS * (usage.outputTokens() - outputTokens);
  }

  /** By our own count. */
  private static long tokens(InferenceRequest request) {
    long counted = request.measure().countedInputTokens();
    if (counted > 0) {
      return counted;
    }
    long chars = 0;
    for (Message message : request.messages()) {
      chars += message.content().length();
    }
    return chars / CHARS_PER_TOKEN;
  }
}

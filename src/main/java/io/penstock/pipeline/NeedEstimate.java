package io.penstock.pipeline;

import io.penstock.domain.InferenceRequest;
import io.penstock.domain.Message;
import io.penstock.domain.TokenUsage;
import io.penstock.limit.Need;
import org.jspecify.annotations.Nullable;

/**
 * Foretells the tokens of one model's calls, for the rates that are counted in tokens: cheaply,
 * from the prompt's length, and better with each answer. Thread-safe.
 */
final class NeedEstimate {
  /**
   * English prose by OpenAI's encodings, as OpenAI's help page says: a token for four characters.
   * Other languages and models are learnt within some answers.
   */
  private static final double FIRST_TOKENS_PER_CHAR = 0.25;

  /** Where no maximum is set, until an answer has come: between a label and a page. */
  private static final double FIRST_OUTPUT_TOKENS = 500;

  /** Weight of the latest answer. */
  private static final double NEWS = 0.1;

  private final @Nullable Integer maxOutputTokens;
  private double tokensPerChar = FIRST_TOKENS_PER_CHAR;
  private double outputTokens = FIRST_OUTPUT_TOKENS;

  /**
   * @param maxOutputTokens what providers reserve; null: as many as answers have had lately
   */
  NeedEstimate(@Nullable Integer maxOutputTokens) {
    this.maxOutputTokens = maxOutputTokens;
  }

  synchronized Need of(InferenceRequest request) {
    long output = maxOutputTokens == null ? Math.round(outputTokens) : maxOutputTokens;
    return new Need((long) Math.ceil(chars(request) * tokensPerChar), output);
  }

  synchronized void observe(InferenceRequest request, TokenUsage usage) {
    double perChar = usage.inputTokens() / (double) Math.max(1, chars(request));
    tokensPerChar += NEWS * (perChar - tokensPerChar);
    outputTokens += NEWS * (usage.outputTokens() - outputTokens);
  }

  private static long chars(InferenceRequest request) {
    long chars = 0;
    for (Message message : request.messages()) {
      chars += message.content().length();
    }
    return chars;
  }
}

package io.penstock.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.TokenUsage;
import io.penstock.provider.http.WireJson;
import io.penstock.tokens.TokenCounter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Turns OpenAI's way of counting into the project's: cached tokens are part of the prompt's,
 * reasoning is part of the completion's. Source: schema CompletionUsage, read 2026-11.
 */
final class OpenAiUsage {
  /** What the chat format adds to each message and to the start of the answer; o200k models. */
  private static final int TOKENS_PER_MESSAGE = 3;

  private static final int TOKENS_PER_ANSWER = 3;

  private OpenAiUsage() {}

  /** Empty where the provider does not report both counts. */
  static Optional<TokenUsage> reported(JsonNode usage) {
    if (!usage.path("prompt_tokens").isNumber() || !usage.path("completion_tokens").isNumber()) {
      return Optional.empty();
    }
    JsonNode prompt = usage.path("prompt_tokens_details");
    long input = WireJson.tokens(usage, "prompt_tokens");
    long read = Math.min(input, cached(usage));
    long written = Math.min(input - read, WireJson.tokens(prompt, "cache_write_tokens"));
    long completion = WireJson.tokens(usage, "completion_tokens");
    // some servers leave the reasoning out of the completion's tokens, but not out of the total
    long output = Math.max(completion, WireJson.tokens(usage, "total_tokens") - input);
    long said = WireJson.tokens(usage.path("completion_tokens_details"), "reasoning_tokens");
    long reasoning = Math.min(output, Math.max(said, output - completion));
    return Optional.of(new TokenUsage(input, read, written, 0, output, reasoning));
  }

  /** Under OpenAI's name, beside the totals under the same name, or under DeepSeek's. */
  private static long cached(JsonNode usage) {
    long within = WireJson.tokens(usage.path("prompt_tokens_details"), "cached_tokens");
    long beside = WireJson.tokens(usage, "cached_tokens");
    return Math.max(within, Math.max(beside, WireJson.tokens(usage, "prompt_cache_hit_tokens")));
  }

  /** Counted here, for servers that report nothing, or nothing but 0. */
  static TokenUsage counted(
      InferenceRequest request, @Nullable String text, @Nullable String toolCalls) {
    long input =
        request.messages().stream()
            .mapToLong(message -> TOKENS_PER_MESSAGE + count(message.content()))
            .sum();
    return TokenUsage.of(input + TOKENS_PER_ANSWER, count(text) + count(toolCalls));
  }

  private static long count(@Nullable String text) {
    return text == null ? 0 : TokenCounter.o200k().count(text);
  }
}

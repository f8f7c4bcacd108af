package io.penstock.provider.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.TokenUsage;
import io.penstock.provider.http.WireJson;
import io.penstock.tokens.TokenCounter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Turns Anthropic's way of counting into the project's: its {@code input_tokens} leave out what was
 * read from or written to the prompt cache. Source: types/usage.py of its SDK, read 2026-11.
 */
final class AnthropicUsage {
  private AnthropicUsage() {}

  /** Empty where the provider does not report both counts. */
  static Optional<TokenUsage> reported(JsonNode usage) {
    if (!usage.path("input_tokens").isNumber() || !usage.path("output_tokens").isNumber()) {
      return Optional.empty();
    }
    long read = WireJson.tokens(usage, "cache_read_input_tokens");
    JsonNode writes = usage.path("cache_creation");
    long hour = WireJson.tokens(writes, "ephemeral_1h_input_tokens");
    long parts = hour + WireJson.tokens(writes, "ephemeral_5m_input_tokens");
    long written = Math.max(parts, WireJson.tokens(usage, "cache_creation_input_tokens"));
    long output = WireJson.tokens(usage, "output_tokens");
    long thinking = WireJson.tokens(usage.path("output_tokens_details"), "thinking_tokens");
    return Optional.of(
        new TokenUsage(
            WireJson.tokens(usage, "input_tokens") + read + written,
            read,
            written,
            hour,
            output,
            Math.min(output, thinking)));
  }

  /**
   * Counted here by another family's encoding, for gateways that report nothing, or nothing but 0.
   */
  static TokenUsage counted(
      InferenceRequest request, @Nullable String text, @Nullable String toolCalls) {
    long input = request.messages().stream().mapToLong(message -> count(message.content())).sum();
    return TokenUsage.of(input, count(text) + count(toolCalls));
  }

  private static long count(@Nullable String text) {
    return text == null ? 0 : TokenCounter.o200k().count(text);
  }
}

package io.penstock.provider.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.TokenUsage;
import io.penstock.provider.http.WireJson;
import io.penstock.tokens.TokenCounter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Turns Gemini's way of counting into the project's: cached tokens are part of the prompt's, but
 * thoughts are not part of the candidates', and what tools bring in stands beside the prompt.
 * Counts of 0 are left out on the wire. Source: GenerateContentResponseUsageMetadata of
 * googleapis/python-genai, read 2026-11.
 */
final class GeminiUsage {
  private GeminiUsage() {}

  /** Empty where the provider does not report the prompt's tokens. */
  static Optional<TokenUsage> reported(JsonNode usage) {
    if (!usage.path("promptTokenCount").isNumber()) {
      return Optional.empty();
    }
    long input =
        WireJson.tokens(usage, "promptTokenCount")
            + WireJson.tokens(usage, "toolUsePromptTokenCount");
    long read = Math.min(input, WireJson.tokens(usage, "cachedContentTokenCount"));
    long candidates = WireJson.tokens(usage, "candidatesTokenCount");
    long thoughts = WireJson.tokens(usage, "thoughtsTokenCount");
    // thoughts that are told in the total only are billed all the same
    long untold =
        Math.max(0, WireJson.tokens(usage, "totalTokenCount") - input - candidates - thoughts);
    long reasoning = thoughts + untold;
    return Optional.of(new TokenUsage(input, read, 0, 0, candidates + reasoning, reasoning));
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

package io.penstock.provider.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.penstock.domain.Completion;
import io.penstock.domain.FinishReason;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.TokenUsage;
import io.penstock.provider.ProviderException;
import io.penstock.provider.http.ErrorBody;
import io.penstock.provider.http.WireJson;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** One message as it came. Unknown fields and kinds of content are skipped. */
final class AnthropicAnswer {
  private final JsonNode json;
  private final byte[] body;
  private final AnthropicRefusal refusals;

  AnthropicAnswer(JsonNode json, byte[] body, AnthropicRefusal refusals) {
    this.json = json;
    this.body = body;
    this.refusals = refusals;
  }

  /**
   * @throws ProviderException when it is an error after all, or has no content; an empty one is an
   *     answer
   */
  Completion completion(InferenceRequest request) throws ProviderException {
    Optional<TokenUsage> reported = AnthropicUsage.reported(json.path("usage"));
    if ("error".equals(WireJson.text(json, "type"))) {
      ErrorBody error = ErrorBody.read(body);
      throw refusals.classify(error).exception(200, error);
    }
    if (!json.path("content").isArray()) {
      throw WireJson.unreadable("it has no content", body, reported.orElse(null));
    }
    String toolCalls = toolCalls();
    String text = text(toolCalls);
    String stopReason = WireJson.text(json, "stop_reason");
    TokenUsage usage =
        reported
            .orElse(TokenUsage.NONE)
            .orWhereNone(() -> AnthropicUsage.counted(request, text, toolCalls));
    return new Completion(
        text,
        toolCalls,
        finishReason(stopReason),
        stopReason,
        WireJson.text(json, "model"),
        WireJson.text(json, "id"),
        usage,
        !reported.equals(Optional.of(usage)));
  }

  private @Nullable String text(@Nullable String toolCalls) {
    String text =
        blocks("text").map(block -> block.path("text").asText()).collect(Collectors.joining());
    return text.isEmpty() && toolCalls != null ? null : text;
  }

  private @Nullable String toolCalls() {
    ArrayNode calls = WireJson.object().putArray("calls");
    blocks("tool_use").forEach(calls::add);
    return calls.isEmpty() ? null : calls.toString();
  }

  private Stream<JsonNode> blocks(String type) {
    return StreamSupport.stream(json.path("content").spliterator(), false)
        .filter(block -> block.path("type").asText().equals(type));
  }

  private static FinishReason finishReason(@Nullable String raw) {
    return switch (raw == null ? "" : raw) {
      case "end_turn", "stop_sequence" -> FinishReason.STOP;
      case "max_tokens", "model_context_window_exceeded" -> FinishReason.LENGTH;
      case "refusal" -> FinishReason.CONTENT_FILTER;
      case "tool_use" -> FinishReason.TOOL_CALL;
      default -> FinishReason.OTHER;
    };
  }
}

package io.penstock.provider.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.penstock.domain.Completion;
import io.penstock.domain.FailureKind;
import io.penstock.domain.FinishReason;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.TokenUsage;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.ProviderException.Details;
import io.penstock.provider.http.GoogleError;
import io.penstock.provider.http.WireJson;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * One generated content as it came. The first candidate counts; it may lack its content, as where
 * the output limit went into thinking. Unknown fields and kinds of parts are skipped.
 */
final class GeminiAnswer {
  private final JsonNode json;
  private final byte[] body;
  private final GeminiRefusal refusals;

  GeminiAnswer(JsonNode json, byte[] body, GeminiRefusal refusals) {
    this.json = json.isArray() && json.size() == 1 ? json.path(0) : json;
    this.body = body;
    this.refusals = refusals;
  }

  /**
   * @throws ProviderException when it is an error after all, the prompt was blocked, or there is no
   *     candidate
   */
  Completion completion(InferenceRequest request) throws ProviderException {
    if (json.path("error").isObject()) {
      throw refusals.atOk(GoogleError.of(json));
    }
    Optional<TokenUsage> reported = GeminiUsage.reported(json.path("usageMetadata"));
    JsonNode candidate = json.path("candidates").path(0);
    String rawFinishReason = WireJson.text(candidate, "finishReason");
    if (candidate.isMissingNode() && json.path("promptFeedback").has("blockReason")) {
      throw blocked(reported.orElse(null));
    }
    if (rawFinishReason == null && !candidate.path("content").isObject()) {
      throw WireJson.unreadable("it has no candidate", body, reported.orElse(null));
    }
    List<JsonNode> parts = parts(candidate);
    String toolCalls = toolCalls(parts);
    String text = text(parts);
    TokenUsage usage =
        reported
            .orElse(TokenUsage.NONE)
            .orWhereNone(() -> GeminiUsage.counted(request, text, toolCalls));
    return new Completion(
        text,
        toolCalls,
        finishReason(rawFinishReason, toolCalls),
        rawFinishReason,
        WireJson.text(json, "modelVersion"),
        WireJson.text(json, "responseId"),
        usage,
        !reported.equals(Optional.of(usage)));
  }

  /** A refusal at HTTP 200. What was read is billed; where it is not told, that is possible. */
  private ProviderException blocked(@Nullable TokenUsage usage) {
    JsonNode feedback = json.path("promptFeedback");
    String message = WireJson.text(feedback, "blockReasonMessage");
    return new ProviderException(
        FailureKind.CONTENT_FILTERED,
        usage == null ? Billing.POSSIBLE : Billing.BILLED,
        200,
        "the prompt was blocked: "
            + feedback.path("blockReason").asText()
            + (message == null ? "" : ", " + message),
        new Details(null, usage, ""));
  }

  /** Without those that hold thoughts. */
  private static List<JsonNode> parts(JsonNode candidate) {
    return StreamSupport.stream(candidate.path("content").path("parts").spliterator(), false)
        .filter(part -> !part.path("thought").asBoolean(false))
        .toList();
  }

  /** Null where no part is a text. */
  private static @Nullable String text(List<JsonNode> parts) {
    List<JsonNode> texts =
        parts.stream().map(part -> part.path("text")).filter(JsonNode::isTextual).toList();
    return texts.isEmpty()
        ? null
        : texts.stream().map(JsonNode::textValue).collect(Collectors.joining());
  }

  private static @Nullable String toolCalls(List<JsonNode> parts) {
    ArrayNode calls = WireJson.object().putArray("calls");
    parts.stream().map(part -> part.path("functionCall")).forEach(call -> add(calls, call));
    return calls.isEmpty() ? null : calls.toString();
  }

  private static void add(ArrayNode calls, JsonNode call) {
    if (call.isObject()) {
      calls.add(call);
    }
  }

  private static FinishReason finishReason(@Nullable String raw, @Nullable String toolCalls) {
    return switch (raw == null ? "" : raw) {
      // calls have no reason of their own
      case "STOP" -> toolCalls == null ? FinishReason.STOP : FinishReason.TOOL_CALL;
      case "MAX_TOKENS" -> FinishReason.LENGTH;
      case "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY" ->
          FinishReason.CONTENT_FILTER;
      default -> FinishReason.OTHER;
    };
  }
}

package io.penstock.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.domain.Completion;
import io.penstock.domain.FailureKind;
import io.penstock.domain.FinishReason;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.TokenUsage;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.ProviderException.Details;
import io.penstock.provider.http.ErrorBody;
import io.penstock.provider.http.GoogleError;
import io.penstock.provider.http.StatusClassifier.Verdict;
import io.penstock.provider.http.WireJson;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * One chat completion as it came. Nothing in it is taken for granted but a first choice with a
 * message; unknown fields are skipped.
 */
final class OpenAiAnswer {
  /** Stands for an error at HTTP 200 that names no status of its own. */
  private static final int UNNAMED_STATUS = 500;

  /** Azure may leave out a message that its filter took away. */
  private static final String FILTERED = "content_filter";

  /** Ends that are the server's, not the model's, as gateways, DeepSeek and vLLM name them. */
  private static final Set<String> BROKEN_OFF =
      Set.of("error", "abort", "insufficient_system_resource");

  private final JsonNode json;
  private final byte[] body;
  private final OpenAiRefusal refusals;

  OpenAiAnswer(JsonNode json, byte[] body, OpenAiRefusal refusals) {
    this.json = json.isArray() && json.size() == 1 ? json.path(0) : json; // Google's errors
    this.body = body;
    this.refusals = refusals;
  }

  /**
   * @throws ProviderException when it is an error after all, or has no message
   */
  Completion completion(InferenceRequest request) throws ProviderException {
    JsonNode choice = json.path("choices").path(0);
    failOnError(choice);
    JsonNode message = choice.path("message");
    Optional<TokenUsage> reported = OpenAiUsage.reported(json.path("usage"));
    String rawFinishReason = WireJson.text(choice, "finish_reason");
    if (!message.isObject() && !FILTERED.equals(rawFinishReason)) {
      throw WireJson.unreadable("it has no message", body, reported.orElse(null));
    }
    if (rawFinishReason != null && BROKEN_OFF.contains(rawFinishReason)) {
      throw brokenOff(rawFinishReason, reported.orElse(null));
    }
    String content = text(message.path("content"));
    String refusal = content == null ? WireJson.text(message, "refusal") : null;
    String text = refusal == null ? content : refusal;
    String toolCalls = toolCalls(message);
    TokenUsage usage =
        reported
            .orElse(TokenUsage.NONE)
            .orWhereNone(() -> OpenAiUsage.counted(request, text, toolCalls));
    return new Completion(
        text,
        toolCalls,
        refusal == null ? finishReason(rawFinishReason) : FinishReason.CONTENT_FILTER,
        rawFinishReason,
        WireJson.text(json, "model"),
        WireJson.text(json, "id"),
        usage,
        !reported.equals(Optional.of(usage)));
  }

  private static ProviderException brokenOff(String reason, @Nullable TokenUsage usage) {
    return new ProviderException(
        FailureKind.SERVER_ERROR,
        usage == null ? Billing.POSSIBLE : Billing.BILLED,
        200,
        "the server broke off the answer: finish_reason is " + reason,
        new Details(null, usage, ""));
  }

  /** Gateways report what failed behind them at HTTP 200, for the whole answer or for a choice. */
  private void failOnError(JsonNode choice) throws ProviderException {
    if (isError(choice.path("error"))) {
      boolean begun = !choice.path("message").path("content").asText("").isEmpty();
      throw named(ErrorBody.of(choice.path("error")), begun ? Billing.POSSIBLE : null);
    }
    boolean flat = "error".equals(WireJson.text(json, "object"));
    if (choice.isMissingNode() && (flat || isError(json.path("error")))) {
      throw named(ErrorBody.read(body), null);
    }
  }

  private static boolean isError(JsonNode error) {
    return error.isObject() || error.isTextual();
  }

  /**
   * @param known what it may have cost, where this says more than the error itself
   */
  private ProviderException named(ErrorBody error, @Nullable Billing known) {
    int status =
        error.code().matches("[45]\\d\\d") ? Integer.parseInt(error.code()) : UNNAMED_STATUS;
    GoogleError google = GoogleError.of(json);
    Verdict verdict =
        google.isOfGoogle()
            ? refusals.classify(status, google)
            : refusals.classify(status, error, null);
    TokenUsage usage = OpenAiUsage.reported(json.path("usage")).orElse(null);
    Billing unreported = known == null ? verdict.billing() : known;
    return new ProviderException(
        verdict.kind(),
        usage == null ? unreported : Billing.BILLED,
        200,
        error.describe(200),
        new Details(null, usage, "", error.pressure()));
  }

  /** The string, or the text parts of an array; null where there are none. */
  private static @Nullable String text(JsonNode content) {
    if (!content.isArray() || content.isEmpty()) {
      return content.textValue();
    }
    return StreamSupport.stream(content.spliterator(), false)
        .filter(part -> part.path("type").asText("text").equals("text"))
        .map(part -> part.path("text").asText())
        .collect(Collectors.joining());
  }

  private static @Nullable String toolCalls(JsonNode message) {
    JsonNode calls = message.path("tool_calls");
    if (calls.isArray() && !calls.isEmpty()) {
      return calls.toString();
    }
    // the older form, of at most one function
    JsonNode call = message.path("function_call");
    return call.isObject() ? "[" + call + "]" : null;
  }

  private static FinishReason finishReason(@Nullable String raw) {
    return switch (raw == null ? "" : raw) {
      // the further ones: Together, Hugging Face's server; Mistral
      case "stop", "eos", "eos_token", "stop_sequence" -> FinishReason.STOP;
      case "length", "model_length" -> FinishReason.LENGTH;
      case FILTERED -> FinishReason.CONTENT_FILTER;
      case "tool_calls", "function_call" -> FinishReason.TOOL_CALL;
      default -> FinishReason.OTHER;
    };
  }
}

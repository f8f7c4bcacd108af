package io.penstock.provider.openai;

import io.penstock.domain.FailureKind;
import io.penstock.provider.http.ErrorBody;
import io.penstock.provider.http.GoogleError;
import io.penstock.provider.http.StatusClassifier;
import io.penstock.provider.http.StatusClassifier.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an error body says beyond its status. Source: the codes that OpenAI, Azure, vLLM, llama.cpp,
 * Ollama, Groq, Together, Mistral, DeepSeek and OpenRouter were seen to send, 2026-11; an unknown
 * one is told by its status.
 *
 * @param sentFields the top-level fields of every request other than the messages
 */
record OpenAiRefusal(Set<String> sentFields) {
  /** A limit per day that ends later than this is no matter of waiting. */
  private static final Duration LONGEST_WAIT = Duration.ofHours(1);

  /**
   * {@code `top_p` must ...}, {@code 'temperature' : value ...}, vLLM's {@code 'loc': ('body',
   * 'top_p')}, Google's {@code Invalid value at 'top_p'}, Groq's {@code property 'x' is
   * unsupported}, Ollama's {@code does not support tools}.
   */
  private static final List<Pattern> NAMED =
      Stream.of(
              "^[`'\"]?(?<field>\\w+)[`'\"]?( ?:| must\\b| should\\b| is not supported\\b| cannot\\b)",
              "\\('body', '(?<field>\\w+)'",
              "\\bat '(?<field>\\w+)",
              "property '(?<field>\\w+)' is unsupported",
              "does not support (?<field>\\w+)")
          .map(Pattern::compile)
          .toList();

  /** Of an error in Google's shape, as Gemini's endpoint in this dialect sends it. */
  Verdict classify(int status, GoogleError error) {
    return error.verdict(status).orElseGet(() -> classify(status, error.body(), null));
  }

  /**
   * @param retryAfter null where the provider does not say how long to wait
   */
  Verdict classify(int status, ErrorBody error, @Nullable Duration retryAfter) {
    if (isQuota(error) || (status == 429 && isUsedUpForToday(error, retryAfter))) {
      return Verdict.notBilled(FailureKind.QUOTA_EXHAUSTED);
    }
    if (isContext(status, error)) {
      return Verdict.notBilled(FailureKind.CONTEXT_TOO_LONG);
    }
    if (isFilter(status, error)) {
      return Verdict.notBilled(FailureKind.CONTENT_FILTERED);
    }
    if (status / 100 == 4 && isModel(error)) {
      return Verdict.notBilled(FailureKind.NOT_FOUND);
    }
    if (status == 429 && isWithoutCapacity(error)) {
      return Verdict.refused(FailureKind.OVERLOADED);
    }
    if (!isInvalid(status)) {
      return StatusClassifier.classify(status);
    }
    if (error.names("json_validate_failed", "tool_use_failed")) { // Groq, of what the model wrote
      return Verdict.notBilled(FailureKind.INVALID_RESPONSE);
    }
    return isParameter(error)
        ? Verdict.notBilled(FailureKind.REFUSED_PARAMETER)
        : StatusClassifier.classify(status);
  }

  private static boolean isQuota(ErrorBody error) {
    return error.names("insufficient_quota", "billing_hard_limit_reached", "billing_not_active");
  }

  /** A bucket per day that refills steadily says to wait for seconds or minutes. */
  private static boolean isUsedUpForToday(ErrorBody error, @Nullable Duration retryAfter) {
    return error.saysPerDay() && (retryAfter == null || retryAfter.compareTo(LONGEST_WAIT) >= 0);
  }

  private static boolean isContext(int status, ErrorBody error) {
    return error.names("context_length_exceeded", "exceed_context_size_error")
        || (isInvalid(status) && isContext(error))
        // more than the account has in a whole minute: no waiting helps
        || ((status == 413 || status == 429) && error.says("request too large for"));
  }

  private static boolean isContext(ErrorBody error) {
    return error.says("maximum context length")
        || error.says("exceeds the available context size")
        || error.says("exceeds the context length")
        || error.says("`inputs` tokens + `max_new_tokens`");
  }

  /** What would be said of every row, at whatever status. */
  private static boolean isModel(ErrorBody error) {
    return error.names(
            "model_not_found",
            "model_not_available",
            "model_decommissioned",
            "invalid_model",
            "DeploymentNotFound",
            "OperationNotSupported")
        || error.says("is not a valid model id")
        || error.says("api version not supported");
  }

  private static boolean isFilter(int status, ErrorBody error) {
    // a gateway's moderation answers 403, which is no matter of the key then
    return (status == 403 && error.says("input was flagged"))
        || error.names(
            "content_filter",
            "content_policy_violation",
            "invalid_prompt",
            "ResponsibleAIPolicyViolation");
  }

  /** A tier or a model without free capacity, whatever the account's limits. */
  private static boolean isWithoutCapacity(ErrorBody error) {
    return error.names("resource_unavailable", "service_tier_capacity_exceeded", "NoCapacity")
        || error.says("resource unavailable")
        || error.says("currently experiencing high demand")
        || error.says("overloaded");
  }

  private static boolean isInvalid(int status) {
    return status == 400 || status == 422;
  }

  /**
   * A field that every request carries. What is wrong with the messages belongs to the row, also
   * under a code that speaks of values.
   */
  private boolean isParameter(ErrorBody error) {
    String field = error.param().split("[.\\[]", 2)[0];
    if (field.equals("messages")) {
      return false;
    }
    return sentFields.contains(field)
        || error.says("generation_config") // Gemini's own name for what was sent under others
        || error.says("unknown name")
        || sentFields.stream().anyMatch(sent -> isNamed(sent, error.message()))
        || error.names("unsupported_parameter", "unsupported_value", "unknown_parameter")
        || error.says("unrecognized request argument supplied");
  }

  /** Servers that leave {@code param} out say the field's name in one of a few ways. */
  private static boolean isNamed(String field, String message) {
    return NAMED.stream()
        .map(pattern -> pattern.matcher(message))
        .filter(Matcher::find)
        .anyMatch(named -> field.equals(named.group("field")));
  }
}

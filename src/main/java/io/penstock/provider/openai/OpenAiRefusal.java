package io.penstock.provider.openai;

import io.penstock.domain.FailureKind;
import io.penstock.provider.http.ErrorBody;
import io.penstock.provider.http.StatusClassifier;
import io.penstock.provider.http.StatusClassifier.Verdict;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an error body says beyond its status. Source: the codes that OpenAI, Azure, vLLM, llama.cpp
 * and Groq were seen to send, 2026-11; an unknown one is told by its status.
 *
 * @param sentFields the top-level fields of every request other than the messages
 */
record OpenAiRefusal(Set<String> sentFields) {
  /** A limit per day that ends later than this is no matter of waiting. */
  private static final Duration LONGEST_WAIT = Duration.ofHours(1);

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
    if (status == 403 && error.names("model_not_found")) {
      return Verdict.notBilled(FailureKind.NOT_FOUND);
    }
    if (status == 429 && isWithoutCapacity(error)) {
      return Verdict.refused(FailureKind.OVERLOADED);
    }
    if (isInvalid(status) && isParameter(error)) {
      return Verdict.notBilled(FailureKind.REFUSED_PARAMETER);
    }
    return StatusClassifier.classify(status);
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
        || (isInvalid(status) && error.says("maximum context length"));
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

  /** The flex tier without free capacity. */
  private static boolean isWithoutCapacity(ErrorBody error) {
    return error.names("resource_unavailable") || error.says("resource unavailable");
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
        || error.names("unsupported_parameter", "unsupported_value", "unknown_parameter")
        || error.says("unrecognized request argument supplied");
  }
}

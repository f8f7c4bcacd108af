package io.penstock.provider.anthropic;

import io.penstock.domain.FailureKind;
import io.penstock.provider.http.ErrorBody;
import io.penstock.provider.http.StatusClassifier;
import io.penstock.provider.http.StatusClassifier.Verdict;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an error body says beyond its status. The API's codes are coarse, so several are told by
 * their message. Source: Anthropic's page on errors of 2026-08 and messages as seen, read 2026-11.
 *
 * @param sentFields the top-level fields of every request other than instructions and messages
 */
record AnthropicRefusal(Set<String> sentFields) {
  /** {@code temperature: ...}, {@code `top_p` cannot ...}, {@code "thinking.type" is not ...}. */
  private static final Pattern LEADING_FIELD = Pattern.compile("[`'\"]?([a-z][a-z0-9_]*)\\b.*");

  /** Of an error that came without a status of its own. */
  Verdict classify(ErrorBody error) {
    return classify(statusOf(error.type()), error);
  }

  Verdict classify(int status, ErrorBody error) {
    if (isQuota(error)) {
      return Verdict.notBilled(FailureKind.QUOTA_EXHAUSTED);
    }
    if (status != 400 && status != 422) {
      return StatusClassifier.classify(status);
    }
    if (isContext(error)) {
      return Verdict.notBilled(FailureKind.CONTEXT_TOO_LONG);
    }
    if (error.says("content filtering policy")) {
      return Verdict.notBilled(FailureKind.CONTENT_FILTERED);
    }
    return isParameter(error)
        ? Verdict.notBilled(FailureKind.REFUSED_PARAMETER)
        : StatusClassifier.classify(status);
  }

  /** The status that the API gives such an error. */
  static int statusOf(String type) {
    return switch (type) {
      case "invalid_request_error" -> 400;
      case "authentication_error" -> 401;
      case "billing_error" -> 402;
      case "permission_error" -> 403;
      case "not_found_error" -> 404;
      case "conflict_error" -> 409;
      case "request_too_large" -> 413;
      case "rate_limit_error" -> 429;
      case "timeout_error" -> 504;
      case "overloaded_error" -> 529;
      default -> 500;
    };
  }

  /** An empty account, a limit that its owner set (a 400), or the monthly cap of its tier (429). */
  private static boolean isQuota(ErrorBody error) {
    return error.names("billing_error", "enforced_spend_limit_reached")
        || error.says("credit balance is too low")
        || error.says("reached your specified api usage limits");
  }

  private static boolean isContext(ErrorBody error) {
    return error.says("prompt is too long") || error.says("exceed context limit");
  }

  /** What is wrong with instructions or messages belongs to the row. */
  private boolean isParameter(ErrorBody error) {
    if (sentFields.contains("thinking") && error.says("thinking is not supported")) {
      return true;
    }
    Matcher leading = LEADING_FIELD.matcher(error.message().lines().findFirst().orElse(""));
    if (!leading.matches()) {
      return false;
    }
    String field = leading.group(1);
    boolean ofRow = field.equals("messages") || field.equals("system");
    return !ofRow && (sentFields.contains(field) || error.says("extra inputs are not permitted"));
  }
}

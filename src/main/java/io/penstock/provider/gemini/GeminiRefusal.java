package io.penstock.provider.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.domain.FailureKind;
import io.penstock.provider.Pressure;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.ProviderException.Details;
import io.penstock.provider.http.ErrorBody;
import io.penstock.provider.http.StatusClassifier;
import io.penstock.provider.http.StatusClassifier.Verdict;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What an error says beyond its status. The API's codes are coarse - a wrong key is a bad argument,
 * and one code stands for a busy model, a rate and an empty account - so details and words decide.
 * Source: wire bodies as quoted in public issues, read 2026-11.
 *
 * @param sentFields finds the name of a field that every request carries, in whichever case
 */
record GeminiRefusal(Pattern sentFields) {
  private static final int OK = 200;
  private static final int BAD_REQUEST = 400;
  private static final int TOO_MANY_REQUESTS = 429;

  /** The client has gone away, as the server sees it. */
  private static final int CANCELLED = 499;

  /** Stands for an error at HTTP 200 that names no status of its own. */
  private static final int UNNAMED_STATUS = 500;

  /** What ends later than this is no matter of waiting. */
  private static final Duration LONGEST_WAIT = Duration.ofHours(1);

  private static final Pattern TOO_LONG =
      Pattern.compile("input token count .*exceeds", Pattern.CASE_INSENSITIVE);

  /**
   * @param parameters as sent
   */
  static GeminiRefusal of(JsonNode parameters) {
    Set<String> names = new HashSet<>();
    collect(parameters, names);
    collect(parameters.path("generationConfig"), names);
    collect(parameters.path("generationConfig").path("thinkingConfig"), names);
    if (names.contains("thinkingConfig")) {
      names.add("thinking");
    }
    String words = names.stream().map(GeminiRefusal::anyCase).collect(Collectors.joining("|"));
    return new GeminiRefusal(
        Pattern.compile(
            names.isEmpty() ? "(?!)" : "\\b(" + words + ")\\b", Pattern.CASE_INSENSITIVE));
  }

  private static void collect(JsonNode object, Set<String> names) {
    object.fieldNames().forEachRemaining(names::add);
  }

  /** {@code topP}, {@code top_p} or {@code top p}. */
  private static String anyCase(String camelCase) {
    return Pattern.compile("(?<=[a-z])(?=[A-Z])")
        .splitAsStream(camelCase)
        .map(word -> Pattern.quote(word.toLowerCase(Locale.ROOT)))
        .collect(Collectors.joining("[_ ]?"));
  }

  ProviderException exception(int status, GoogleError error) {
    return exception(classify(status, error), status, error);
  }

  /** Of an error that came with HTTP 200. */
  ProviderException atOk(GoogleError error) {
    int status = error.code() < BAD_REQUEST ? UNNAMED_STATUS : error.code();
    return exception(classify(status, error), OK, error);
  }

  private static ProviderException exception(Verdict verdict, int status, GoogleError error) {
    ErrorBody body = error.body();
    Duration retryAfter = error.retryDelay().orElse(null);
    boolean isRate = retryAfter != null || !error.quotas().isEmpty();
    return new ProviderException(
        verdict.kind(),
        verdict.billing(),
        status,
        body.describe(status),
        new Details(retryAfter, null, "", isRate ? Pressure.TOO_FAST : body.pressure()));
  }

  Verdict classify(int status, GoogleError error) {
    return switch (status) {
      case BAD_REQUEST -> badRequest(error);
      case TOO_MANY_REQUESTS -> exhausted(error);
      // nobody here cancelled it, so something between did, and the model may have run
      case CANCELLED -> new Verdict(FailureKind.CANCELLED, Billing.POSSIBLE);
      default -> StatusClassifier.classify(status);
    };
  }

  private Verdict badRequest(GoogleError error) {
    if (isAccount(error)) {
      return Verdict.notBilled(FailureKind.AUTHENTICATION);
    }
    if (TOO_LONG.matcher(error.message()).find()) {
      return Verdict.notBilled(FailureKind.CONTEXT_TOO_LONG);
    }
    return Verdict.notBilled(
        isParameter(error) ? FailureKind.REFUSED_PARAMETER : FailureKind.INVALID_REQUEST);
  }

  /** A key that is wrong or used up; a region or a billing state that the API does not serve. */
  private static boolean isAccount(GoogleError error) {
    return error.status().equals("FAILED_PRECONDITION")
        || error.reason().filter(reason -> reason.startsWith("API_KEY")).isPresent()
        || error.body().says("API key not valid")
        || error.body().says("API key expired");
  }

  /** What is wrong with instructions or contents belongs to the row. */
  private boolean isParameter(GoogleError error) {
    List<String> fields = error.fields();
    boolean ofRow =
        fields.stream().anyMatch(GeminiRefusal::isOfRow)
            || error.body().says("at 'contents")
            || error.body().says("at 'system_instruction");
    return !ofRow
        && (error.body().says("unknown name") || sentFields.matcher(error.message()).find());
  }

  private static boolean isOfRow(String field) {
    return field.startsWith("contents") || field.startsWith("system_instruction");
  }

  private static Verdict exhausted(GoogleError error) {
    boolean ofDay = error.quotas().stream().anyMatch(quota -> quota.contains("PerDay"));
    Duration wait = error.retryDelay().orElse(Duration.ZERO);
    if (ofDay || error.isWithoutQuota() || wait.compareTo(LONGEST_WAIT) >= 0) {
      return Verdict.notBilled(FailureKind.QUOTA_EXHAUSTED);
    }
    boolean isRate = !wait.isZero() || !error.quotas().isEmpty();
    if (!isRate && (error.isOnlyHelp() || error.body().says("plan and billing"))) {
      return Verdict.notBilled(FailureKind.QUOTA_EXHAUSTED);
    }
    // without a quota it is the model that has no capacity, or a burst
    boolean isNamed = isRate || error.body().pressure() != Pressure.NONE;
    return Verdict.refused(isNamed ? FailureKind.RATE_LIMITED : FailureKind.OVERLOADED);
  }
}

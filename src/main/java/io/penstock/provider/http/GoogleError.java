package io.penstock.provider.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.domain.FailureKind;
import io.penstock.provider.Pressure;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.ProviderException.Details;
import io.penstock.provider.http.StatusClassifier.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A {@code google.rpc.Status}, also as the only element of an array, in whichever dialect it comes.
 * Its codes are coarse - a wrong key is a bad argument, and one code stands for a busy model, a
 * rate and an empty account - so details and words decide. Details of kinds that are not known are
 * skipped. Source: bodies quoted in public issues of clients of Gemini, read 2026-11.
 *
 * @param code HTTP's status as the body has it; 0 where it does not say
 * @param status its word, such as {@code RESOURCE_EXHAUSTED}; empty where it does not say
 * @param message for people; the beginning of the body where it has another shape
 */
public record GoogleError(int code, String status, String message, List<JsonNode> details) {
  private static final int BAD_REQUEST = 400;
  private static final int TOO_MANY_REQUESTS = 429;

  /** The client has gone away, as the server sees it. */
  private static final int CANCELLED = 499;

  /** What ends later than this is no matter of waiting. */
  private static final Duration LONGEST_WAIT = Duration.ofHours(1);

  private static final Pattern STATUS = Pattern.compile("[A-Z]+(_[A-Z]+)*");

  /** A wrong, missing or old key; a region that the API does not serve says so by its status. */
  private static final Pattern ACCOUNT =
      Pattern.compile(
          "api key (not valid|expired|not found)|(missing|invalid) authorization header|multiple authentication",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern TOO_LONG =
      Pattern.compile("input token count .*exceeds", Pattern.CASE_INSENSITIVE);

  /** Of a model that the account may not use at all. */
  private static final Pattern NO_QUOTA =
      Pattern.compile("\\blimit: 0(?![.\\d])", Pattern.CASE_INSENSITIVE);

  public GoogleError {
    details = List.copyOf(details);
  }

  /** Of any body; HTML and empty ones too. */
  public static GoogleError read(byte[] body) {
    JsonNode json = WireJson.readOrMissing(body);
    JsonNode root = json.isArray() ? json.path(0) : json;
    return root.path("error").isObject()
        ? of(root)
        : new GoogleError(0, "", ErrorBody.read(body).message(), List.of());
  }

  /**
   * @param root holds the member {@code error}
   */
  public static GoogleError of(JsonNode root) {
    JsonNode error = root.path("error");
    return new GoogleError(
        error.path("code").asInt(0),
        error.path("status").asText(""),
        error.path("message").asText("").strip(),
        StreamSupport.stream(error.path("details").spliterator(), false).toList());
  }

  /** Whether it has Google's shape: what else has a status there writes a number. */
  public boolean isOfGoogle() {
    return STATUS.matcher(status).matches();
  }

  /** As the other dialects have it, for what they share. */
  public ErrorBody body() {
    String param = fields().stream().findFirst().orElse("");
    return new ErrorBody(message, "", status, param, reason());
  }

  /** What it means beyond its status, whatever was asked; empty where nothing more. */
  public Optional<Verdict> verdict(int httpStatus) {
    return switch (httpStatus) {
      case BAD_REQUEST -> badRequest().map(Verdict::notBilled);
      case TOO_MANY_REQUESTS -> Optional.of(exhausted());
      // nobody here cancelled it, so something between did, and the model may have run
      case CANCELLED -> Optional.of(new Verdict(FailureKind.CANCELLED, Billing.POSSIBLE));
      default -> Optional.empty();
    };
  }

  /** With what it says of waiting and of limits. */
  public ProviderException exception(Verdict verdict, int httpStatus) {
    ErrorBody body = body();
    Duration retryAfter = retryDelay().orElse(null);
    boolean isRate = retryAfter != null || !quotas().isEmpty();
    return new ProviderException(
        verdict.kind(),
        verdict.billing(),
        httpStatus,
        body.describe(httpStatus),
        new Details(retryAfter, null, "", isRate ? Pressure.TOO_FAST : body.pressure()));
  }

  /** Paths of the request's fields that are wrong, such as {@code generation_config}. */
  public List<String> fields() {
    return violations("BadRequest")
        .map(wrong -> wrong.path("field").asText())
        .filter(field -> !field.isEmpty())
        .toList();
  }

  private Optional<FailureKind> badRequest() {
    if (status.equals("FAILED_PRECONDITION") // a region, or a billing state
        || reason().startsWith("API_KEY")
        || ACCOUNT.matcher(message).find()) {
      return Optional.of(FailureKind.AUTHENTICATION);
    }
    if (TOO_LONG.matcher(message).find()) {
      return Optional.of(FailureKind.CONTEXT_TOO_LONG);
    }
    return body().says("unexpected model name format")
        ? Optional.of(FailureKind.NOT_FOUND)
        : Optional.empty();
  }

  private Verdict exhausted() {
    boolean ofDay = quotas().stream().anyMatch(quota -> quota.contains("PerDay"));
    Duration wait = retryDelay().orElse(Duration.ZERO);
    if (ofDay || isWithoutQuota() || wait.compareTo(LONGEST_WAIT) >= 0) {
      return Verdict.notBilled(FailureKind.QUOTA_EXHAUSTED);
    }
    boolean isRate = !wait.isZero() || !quotas().isEmpty();
    if (!isRate && (isOnlyHelp() || body().says("plan and billing"))) {
      return Verdict.notBilled(FailureKind.QUOTA_EXHAUSTED);
    }
    // without a quota it is the model that has no capacity, or a burst
    boolean isNamed = isRate || body().pressure() != Pressure.NONE;
    return Verdict.refused(isNamed ? FailureKind.RATE_LIMITED : FailureKind.OVERLOADED);
  }

  /** {@code API_KEY_INVALID} and the like; empty where it does not say. */
  private String reason() {
    return details("ErrorInfo").map(info -> info.path("reason").asText()).findFirst().orElse("");
  }

  private boolean isOnlyHelp() {
    return !details.isEmpty() && details("Help").count() == details.size();
  }

  /** Empty where it does not say how long to wait. */
  private Optional<Duration> retryDelay() {
    return details("RetryInfo")
        .map(info -> GoDuration.read(info.path("retryDelay").asText()))
        .flatMap(Optional::stream)
        .findFirst()
        .or(() -> body().retryDelay()); // beside the details, or in their place
  }

  /** The quotas that the request would have broken, such as {@code ...PerDayPerProject...}. */
  private List<String> quotas() {
    return violations("QuotaFailure").map(quota -> quota.path("quotaId").asText()).toList();
  }

  private boolean isWithoutQuota() {
    return NO_QUOTA.matcher(message).find()
        || violations("QuotaFailure")
            .anyMatch(quota -> quota.path("quotaValue").asText().equals("0"));
  }

  private Stream<JsonNode> violations(String type) {
    return details(type)
        .flatMap(detail -> Stream.of(detail.path("violations"), detail.path("fieldViolations")))
        .flatMap(list -> StreamSupport.stream(list.spliterator(), false));
  }

  private Stream<JsonNode> details(String type) {
    return details.stream()
        .filter(detail -> detail.path("@type").asText().endsWith("google.rpc." + type));
  }
}

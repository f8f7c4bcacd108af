package io.penstock.provider.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.provider.http.ErrorBody;
import io.penstock.provider.http.GoDuration;
import io.penstock.provider.http.WireJson;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A {@code google.rpc.Status}, also as the only element of an array. Details of kinds that are not
 * known are skipped. Source: bodies quoted in issues of google-gemini/gemini-cli, read 2026-11.
 *
 * @param code HTTP's status as the body has it; 0 where it does not say
 * @param status its word, such as {@code RESOURCE_EXHAUSTED}; empty where it does not say
 * @param message for people; the beginning of the body where it has another shape
 */
record GoogleError(int code, String status, String message, List<JsonNode> details) {
  private static final double NANOS_PER_SECOND = 1e9;

  /** Beside the details, or in their place. */
  private static final Pattern RETRY_IN =
      Pattern.compile("retry in ([0-9.]+[0-9.hmsuµn]*[hms])", Pattern.CASE_INSENSITIVE);

  /** Of a model that the account may not use at all. */
  private static final Pattern NO_QUOTA =
      Pattern.compile("\\blimit: 0(?![.\\d])", Pattern.CASE_INSENSITIVE);

  static GoogleError read(byte[] body) {
    JsonNode json = WireJson.readOrMissing(body);
    JsonNode root = json.isArray() ? json.path(0) : json;
    return root.path("error").isObject()
        ? of(root)
        : new GoogleError(0, "", ErrorBody.read(body).message(), List.of());
  }

  /**
   * @param root holds the member {@code error}
   */
  static GoogleError of(JsonNode root) {
    JsonNode error = root.path("error");
    return new GoogleError(
        error.path("code").asInt(0),
        error.path("status").asText(""),
        error.path("message").asText("").strip(),
        StreamSupport.stream(error.path("details").spliterator(), false).toList());
  }

  /** As the other dialects have it, for what they share. */
  ErrorBody body() {
    return new ErrorBody(message, "", status, "", reason().orElse(""));
  }

  /** {@code API_KEY_INVALID} and the like. */
  Optional<String> reason() {
    return details("ErrorInfo").map(info -> info.path("reason").asText()).findFirst();
  }

  boolean isOnlyHelp() {
    return !details.isEmpty() && details("Help").count() == details.size();
  }

  /** Empty where it does not say how long to wait. */
  Optional<Duration> retryDelay() {
    Matcher words = RETRY_IN.matcher(message);
    return details("RetryInfo")
        .map(info -> duration(info.path("retryDelay").asText()))
        .flatMap(Optional::stream)
        .findFirst()
        .or(() -> words.find() ? duration(words.group(1)) : Optional.empty());
  }

  /** The quotas that the request would have broken, such as {@code ...PerDayPerProject...}. */
  List<String> quotas() {
    return violations("QuotaFailure").map(quota -> quota.path("quotaId").asText()).toList();
  }

  boolean isWithoutQuota() {
    return NO_QUOTA.matcher(message).find()
        || violations("QuotaFailure")
            .anyMatch(quota -> quota.path("quotaValue").asText().equals("0"));
  }

  /** Paths of the request's fields that are wrong, such as {@code generation_config}. */
  List<String> fields() {
    return violations("BadRequest").map(wrong -> wrong.path("field").asText()).toList();
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

  private static Optional<Duration> duration(String text) {
    OptionalDouble seconds = GoDuration.seconds(text);
    return seconds.isEmpty()
        ? Optional.empty()
        : Optional.of(Duration.ofNanos((long) (seconds.getAsDouble() * NANOS_PER_SECOND)));
  }
}

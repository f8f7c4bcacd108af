package io.penstock.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.domain.FailureKind;
import io.penstock.provider.ProviderBatch;
import io.penstock.provider.ProviderBatch.Counts;
import io.penstock.provider.ProviderBatch.Problem;
import io.penstock.provider.ProviderBatch.State;
import io.penstock.provider.QueueLimit;
import io.penstock.provider.http.WireJson;
import io.penstock.provider.http.WireTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One batch as it came, from OpenAI or from Azure, which writes some things in other ways.
 *
 * @param json an object with an id
 */
record OpenAiBatch(JsonNode json) {
  /**
   * @param filesPath below which its results lie
   */
  ProviderBatch read(String filesPath) {
    List<Problem> problems = problems();
    return new ProviderBatch(
        json.path("id").textValue(),
        state(),
        Optional.ofNullable(WireTime.read(json.path("created_at"))).orElse(Instant.EPOCH),
        WireTime.read(json.path("expires_at")),
        endedAt(),
        counts(),
        tags(),
        results(filesPath),
        error(problems),
        problems);
  }

  /** In lower case; empty where there is none. */
  static String word(JsonNode node, String field) {
    return node.path(field).asText("").toLowerCase(Locale.ROOT);
  }

  /** An unknown one has not ended. */
  private State state() {
    return switch (word(json, "status")) {
      case "validating" -> State.VALIDATING;
      case "finalizing" -> State.FINALIZING;
      case "cancelling", "canceling" -> State.CANCELLING;
      case "completed" -> State.COMPLETED;
      case "failed" -> State.FAILED;
      case "expired" -> State.EXPIRED;
      case "cancelled", "canceled" -> State.CANCELLED;
      default -> State.IN_PROGRESS;
    };
  }

  private @Nullable Instant endedAt() {
    return Stream.of("completed_at", "failed_at", "expired_at", "cancelled_at")
        .map(field -> WireTime.read(json.path(field)))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  private Counts counts() {
    JsonNode counts = json.path("request_counts");
    return new Counts(
        WireJson.tokens(counts, "total"),
        WireJson.tokens(counts, "completed"),
        WireJson.tokens(counts, "failed"));
  }

  private Map<String, String> tags() {
    Map<String, String> tags = new LinkedHashMap<>();
    JsonNode metadata = json.path("metadata");
    metadata.fieldNames().forEachRemaining(tag -> tags.put(tag, metadata.path(tag).asText()));
    return tags;
  }

  /** Azure names a file of failures where there are none too; it is empty then. */
  private List<String> results(String filesPath) {
    return Stream.of("output_file_id", "error_file_id")
        .map(field -> json.path(field).asText(""))
        .filter(id -> !id.isBlank() && !id.equals("null"))
        .map(id -> filesPath + "/" + id + "/content")
        .distinct()
        .toList();
  }

  private List<Problem> problems() {
    List<Problem> problems = new ArrayList<>();
    for (JsonNode told : json.path("errors").path("data")) {
      if (problems.size() < ProviderBatch.MAX_PROBLEMS) {
        problems.add(problem(told));
      }
    }
    return problems;
  }

  private static Problem problem(JsonNode told) {
    String code = told.path("code").asText("");
    String message = told.path("message").asText("");
    String words = code + (code.isEmpty() || message.isEmpty() ? "" : ": ") + message;
    JsonNode line = told.path("line");
    return new Problem(kind(code, words), words, line.isInt() ? line.intValue() : null);
  }

  private static FailureKind kind(String code, String words) {
    if (QueueLimit.isNamedIn(words)) {
      return FailureKind.RATE_LIMITED;
    }
    return switch (code) {
      case "billing_hard_limit_reached", "insufficient_quota", "billing_not_active" ->
          FailureKind.QUOTA_EXHAUSTED;
      case "model_not_found", "DeploymentNotFound" -> FailureKind.NOT_FOUND;
      case "input_no_permissions" -> FailureKind.AUTHENTICATION;
      default -> FailureKind.INVALID_REQUEST;
    };
  }

  /** What concerns the batch as a whole says most. */
  private static @Nullable String error(List<Problem> problems) {
    Optional<Problem> first =
        problems.stream()
            .filter(problem -> problem.line() == null)
            .findFirst()
            .or(() -> problems.stream().findFirst());
    String more = problems.size() > 1 ? " (one of %d)".formatted(problems.size()) : "";
    return first.map(problem -> OpenAiBatch.words(problem) + more).orElse(null);
  }

  private static String words(Problem problem) {
    return problem.message() + (problem.line() == null ? "" : " in line " + problem.line());
  }
}

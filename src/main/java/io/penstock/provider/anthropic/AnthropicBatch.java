package io.penstock.provider.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.provider.ProviderBatch;
import io.penstock.provider.ProviderBatch.Counts;
import io.penstock.provider.ProviderBatch.State;
import io.penstock.provider.http.WireJson;
import io.penstock.provider.http.WireTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One message batch as it came. All its ends are one to the provider; which it was is told by the
 * counts.
 *
 * @param json an object with an id
 */
record AnthropicBatch(JsonNode json) {
  private static final String GONE = "its results are not kept any more";

  /**
   * The results are asked for where the base URL has them: the address that the provider names may
   * be another host's, behind a gateway, to which no key is sent.
   */
  ProviderBatch read(String batchesPath) {
    String id = json.path("id").textValue();
    State state = state();
    boolean isGone = state.hasEnded() && !isNull("archived_at");
    boolean hasResults = state.hasEnded() && !isGone;
    return new ProviderBatch(
        id,
        state,
        Optional.ofNullable(WireTime.read(json.path("created_at"))).orElse(Instant.EPOCH),
        WireTime.read(json.path("expires_at")),
        WireTime.read(json.path("ended_at")),
        counts(),
        Map.of(),
        hasResults ? List.of(batchesPath + "/" + id + "/results") : List.of(),
        isGone ? GONE : null,
        List.of());
  }

  private State state() {
    return switch (json.path("processing_status").asText()) {
      case "ended" -> end();
      case "canceling" -> State.CANCELLING;
      default -> State.IN_PROGRESS;
    };
  }

  private State end() {
    if (!isNull("cancel_initiated_at") && count("canceled") > 0) {
      return State.CANCELLED;
    }
    return count("expired") > 0 ? State.EXPIRED : State.COMPLETED;
  }

  private Counts counts() {
    long failed = count("errored") + count("canceled") + count("expired");
    return new Counts(
        count("processing") + count("succeeded") + failed, count("succeeded"), failed);
  }

  private long count(String name) {
    return WireJson.tokens(json.path("request_counts"), name);
  }

  private boolean isNull(String field) {
    return json.path(field).isMissingNode() || json.path(field).isNull();
  }
}

package io.penstock.simulator;

import com.fasterxml.jackson.core.JsonGenerator;
import io.penstock.simulator.batch.BatchStanding;
import io.penstock.simulator.batch.BatchStanding.Tally;
import io.penstock.simulator.batch.BatchState;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Anthropic's Message Batches as JSON, per its published OpenAPI document (read 2026-05). */
final class AnthropicBatchJson {
  private AnthropicBatchJson() {}

  /**
   * @param origin that the address of the results begins with
   */
  static void write(JsonGenerator json, AnthropicBatch batch, BatchStanding standing, String origin)
      throws IOException {
    BatchState state = standing.state();
    String results = origin + "/v1/messages/batches/" + batch.id() + "/results";
    json.writeStringField("id", batch.id());
    json.writeStringField("type", "message_batch");
    json.writeStringField("processing_status", word(state));
    writeCounts(json, standing);
    json.writeStringField("created_at", batch.createdAt().toString());
    json.writeStringField("expires_at", batch.batch().plan().expiresAt().toString());
    json.writeStringField("ended_at", text(state.isEnd() ? standing.entered(state) : null));
    json.writeStringField("cancel_initiated_at", text(standing.entered(BatchState.CANCELLING)));
    json.writeNullField("archived_at");
    json.writeStringField("results_url", state.isEnd() ? results : null);
  }

  private static String word(BatchState state) {
    if (state.isEnd()) {
      return "ended";
    }
    return state == BatchState.CANCELLING ? "canceling" : "in_progress";
  }

  /** All are processing until the whole batch has ended. */
  private static void writeCounts(JsonGenerator json, BatchStanding standing) throws IOException {
    Tally tally = standing.tally();
    BatchState state = standing.state();
    boolean isEnd = state.isEnd();
    json.writeObjectFieldStart("request_counts");
    json.writeNumberField("processing", isEnd ? 0 : tally.total());
    json.writeNumberField("succeeded", isEnd ? tally.succeeded() : 0);
    json.writeNumberField("errored", isEnd ? tally.failed() : 0);
    json.writeNumberField("canceled", state == BatchState.CANCELLED ? tally.left() : 0);
    json.writeNumberField("expired", state == BatchState.EXPIRED ? tally.left() : 0);
    json.writeEndObject();
  }

  private static @Nullable String text(@Nullable Instant instant) {
    return instant == null ? null : instant.toString();
  }
}

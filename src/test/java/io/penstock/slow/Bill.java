package io.penstock.slow;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the simulator has seen and billed.
 *
 * @param requests HTTP requests
 * @param distinct different ones
 * @param ok answers that were delivered whole
 * @param undelivered answers that were billed and not delivered whole
 * @param spoilt those of them that a fault kept back, so that the client knew
 * @param inFlight requests that wait for their answer
 * @param lastRequestAt null before the first
 * @param usd billed for delivered and undelivered answers
 */
record Bill(
    long requests,
    long distinct,
    long ok,
    long undelivered,
    long spoilt,
    int inFlight,
    @Nullable Instant lastRequestAt,
    BigDecimal usd) {

  static Bill of(JsonNode stats, JsonNode invoice) {
    JsonNode last = stats.path("last_request_at");
    return new Bill(
        stats.path("requests").longValue(),
        stats.path("distinct").longValue(),
        stats.path("ok").longValue(),
        stats.path("undelivered").longValue(),
        stats.path("spoilt").longValue(),
        stats.path("in_flight").intValue(),
        last.isTextual() ? Instant.parse(last.textValue()) : null,
        new BigDecimal(invoice.path("total_usd").textValue()));
  }

  /**
   * Answers that were billed beyond the first to each distinct request, but for those that were
   * asked for again because a fault had kept them back. Right once each request has its answer.
   */
  long paidTwice() {
    return ok + undelivered - spoilt - distinct;
  }
}

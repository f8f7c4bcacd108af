package io.penstock.simulator;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a simulator has seen since it was started or reset. Only requests for completions count, not
 * those for models, figures or unknown paths.
 *
 * @param requests HTTP requests, refused ones included
 * @param distinct requests with different bodies among those that were neither refused for their
 *     key nor for what they ask
 * @param ok answers with status 200 that were delivered whole
 * @param byStatus responses by status; a connection closed without an answer has none
 * @param undelivered answers that were generated and billed but did not reach the client whole
 * @param spoilt undelivered ones that a fault, and not the client, kept from arriving whole
 * @param failedRequests distinct requests that a fault made fail at least once; a limit is no fault
 * @param refused requests that a limit turned away
 */
public record SimulatorStats(
    long requests,
    long distinct,
    long ok,
    SortedMap<Integer, Long> byStatus,
    long undelivered,
    long spoilt,
    long failedRequests,
    Refused refused,
    Load load) {
  private static final double NANOS_PER_SECOND = 1e9;

  public SimulatorStats {
    byStatus = Collections.unmodifiableSortedMap(new TreeMap<>(byStatus));
  }

  /**
   * @param inFlight requests that have arrived and are not answered; a client that has read its
   *     answer never finds its request among them
   * @param peakInFlight most of them at any moment
   * @param firstAt when the first request arrived; null before
   * @param lastRequestAt when the last request arrived; null before
   * @param lastAt when the last answer was handed over; null before
   * @param inFlightTime the sum of the times that each admitted request has been in flight: divided
   *     by a span of time, their mean number
   * @param okTokens input and output tokens of the answers that were delivered whole
   */
  public record Load(
      int inFlight,
      int peakInFlight,
      @Nullable Instant firstAt,
      @Nullable Instant lastRequestAt,
      @Nullable Instant lastAt,
      Duration inFlightTime,
      long okTokens) {}

  /** Requests that were refused with 429, by the limit that refused them; faults do not count. */
  public record Refused(long requests, long tokens, long inFlight) {}

  /** Requests beyond the first of each distinct one: repeats, retries and refused ones. */
  public long duplicates() {
    return requests - distinct;
  }

  public int inFlight() {
    return load.inFlight();
  }

  public int peakInFlight() {
    return load.peakInFlight();
  }

  /** From the first arrival to the last answer; zero before there are both. */
  public Duration firstToLast() {
    Instant first = load.firstAt();
    Instant last = load.lastAt();
    return first == null || last == null ? Duration.ZERO : Duration.between(first, last);
  }

  void write(JsonGenerator json) throws IOException {
    json.writeNumberField("requests", requests);
    json.writeNumberField("distinct", distinct);
    json.writeNumberField("duplicates", duplicates());
    json.writeNumberField("ok", ok);
    json.writeObjectFieldStart("by_status");
    for (Map.Entry<Integer, Long> entry : byStatus.entrySet()) {
      json.writeNumberField(Integer.toString(entry.getKey()), entry.getValue());
    }
    json.writeEndObject();
    json.writeNumberField("in_flight", inFlight());
    json.writeNumberField("peak_in_flight", peakInFlight());
    json.writeStringField("first_at", text(load.firstAt()));
    json.writeStringField("last_request_at", text(load.lastRequestAt()));
    json.writeStringField("last_at", text(load.lastAt()));
    json.writeNumberField("first_to_last_seconds", firstToLast().toMillis() / 1000.0);
    json.writeNumberField("undelivered", undelivered);
    json.writeNumberField("spoilt", spoilt);
    json.writeNumberField("failed_requests", failedRequests);
    json.writeObjectFieldStart("refused");
    json.writeNumberField("requests", refused.requests());
    json.writeNumberField("tokens", refused.tokens());
    json.writeNumberField("in_flight", refused.inFlight());
    json.writeEndObject();
    json.writeNumberField("in_flight_seconds", load.inFlightTime().toNanos() / NANOS_PER_SECOND);
    json.writeNumberField("ok_tokens", load.okTokens());
  }

  private static @Nullable String text(@Nullable Instant instant) {
    return instant == null ? null : instant.toString();
  }
}

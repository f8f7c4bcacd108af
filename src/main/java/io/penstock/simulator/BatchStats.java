package io.penstock.simulator;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a simulator's Batch APIs have seen since it was started or reset.
 *
 * @param batches that are there, by the word for their state, OpenAI's words for both
 * @param created batches made, also those that were deleted
 * @param files that are there, inputs and results
 */
public record BatchStats(
    SortedMap<String, Long> batches, long created, long files, Requests requests, Billed billed) {
  public BatchStats {
    batches = Collections.unmodifiableSortedMap(new TreeMap<>(batches));
  }

  /**
   * Requests that batches have done.
   *
   * @param done whether they succeeded or not
   * @param succeeded and were billed
   * @param distinct bodies among those that succeeded
   */
  public record Requests(long done, long succeeded, long distinct) {
    /** Requests that batches were paid for a second time. */
    public long duplicates() {
      return succeeded - distinct;
    }
  }

  /**
   * Answers that were billed, in realtime or in batches.
   *
   * @param distinct bodies among their requests
   */
  public record Billed(long answers, long distinct) {
    /** Answers to requests that had been billed before, in whichever way. */
    public long duplicates() {
      return answers - distinct;
    }
  }

  void write(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("batches");
    for (Map.Entry<String, Long> entry : batches.entrySet()) {
      json.writeNumberField(entry.getKey(), entry.getValue());
    }
    json.writeEndObject();
    json.writeNumberField("batches_created", created);
    json.writeNumberField("files", files);
    json.writeNumberField("batch_requests", requests.done());
    json.writeNumberField("batch_ok", requests.succeeded());
    json.writeNumberField("batch_distinct", requests.distinct());
    json.writeNumberField("batch_duplicates", requests.duplicates());
    json.writeNumberField("billed", billed.answers());
    json.writeNumberField("billed_distinct", billed.distinct());
    json.writeNumberField("billed_duplicates", billed.duplicates());
  }
}

package io.penstock.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A batch of a run; {@code batches.json} is a list of these in snake_case.
 *
 * @param key its name in the ledger
 * @param id the provider's; null: it has none yet
 * @param model {@code account/model} under which it is queued
 * @param round how often the run had asked for its requests in batches, from 1
 * @param state how it ended, or {@code open}, {@code in doubt}, {@code not sent}
 * @param createdAt an ISO instant; null: not yet
 * @param endedAt when its answers were in the store, an ISO instant; null: not yet
 * @param answered requests with an answer
 * @param failed requests that failed for good
 * @param remaining requests that were asked again, as those of expired batches
 */
public record BatchTimes(
    String key,
    @Nullable String id,
    String model,
    int round,
    String state,
    long requests,
    @Nullable String createdAt,
    @Nullable String endedAt,
    long answered,
    long failed,
    long remaining) {

  public static String toJson(List<BatchTimes> batches) {
    try {
      return RunPlan.JSON.writeValueAsString(batches) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Plain values could not be written as JSON", e);
    }
  }
}

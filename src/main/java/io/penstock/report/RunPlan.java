package io.penstock.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.penstock.pricing.CostEstimate;
import java.math.BigDecimal;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What a run is going to do and to cost; {@code plan.json} and the output of {@code plan --json}
 * are this record in snake_case. Amounts are JSON numbers.
 *
 * @param rows of the input
 * @param invalid rows without a prompt
 * @param invalidByReason the most frequent reasons of these
 * @param distinct requests
 * @param duplicates rows whose request an earlier row has
 * @param cached requests that the store held before the run
 * @param pending requests that are in batches already, whose answers are waited for
 * @param toCall requests that neither the store nor an earlier execution of the run has answered
 * @param toCallByReason new, parameters_changed, too_old, failed_before
 * @param calls the requests to call, by model, route and delivery
 * @param estimateUsd of all calls
 * @param time that the calls take
 * @param priceVersion of the price list
 */
public record RunPlan(
    long rows,
    long invalid,
    SortedMap<String, Long> invalidByReason,
    long distinct,
    long duplicates,
    long cached,
    long pending,
    long toCall,
    SortedMap<String, Long> toCallByReason,
    List<Calls> calls,
    CostEstimate estimateUsd,
    Saved savedUsd,
    Time time,
    String priceVersion,
    List<String> warnings) {
  static final ObjectMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  /**
   * @param model the job's name for it
   * @param route number of the routing rule, from 0; null in a job without rules
   * @param delivery realtime or batch
   * @param inputTokens as the provider is expected to count them
   * @param inputTokensExact whether our count is the provider's own
   * @param outputTokens expected; null where the store has no history
   * @param maxOutputTokens that the answers can have in all
   * @param historyAnswers that the expectation was made from
   */
  public record Calls(
      String model,
      @Nullable Integer route,
      String delivery,
      long requests,
      long inputTokens,
      boolean inputTokensExact,
      @Nullable Long outputTokens,
      long maxOutputTokens,
      long historyAnswers,
      CostEstimate costUsd) {}

  /**
   * Expected, against calling every row in realtime, all by the dearest of the models; null where
   * it is not known.
   */
  public record Saved(
      @Nullable BigDecimal cache,
      @Nullable BigDecimal duplicates,
      @Nullable BigDecimal routing,
      @Nullable BigDecimal batch) {}

  /**
   * @param seconds of the calls in realtime; null where neither limits nor earlier answers tell
   * @param boundBy what makes it take so long
   * @param assumes what it was computed from
   * @param batchHours within which batches end; null: there are none
   */
  public record Time(
      @Nullable Double seconds, String boundBy, String assumes, @Nullable Integer batchHours) {}

  public String toJson() {
    try {
      return JSON.writeValueAsString(this) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Plain values could not be written as JSON", e);
    }
  }
}

package io.penstock.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.penstock.domain.Usd;
import io.penstock.pricing.CostEstimate;
import java.math.BigDecimal;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The figures of one execution of a run; {@code summary.json} is this record in snake_case. Amounts
 * are JSON numbers with all their digits.
 *
 * @param exitCode of the process
 * @param stopped why the run stopped before its end; null: it did not
 * @param rows of the results
 * @param distinct requests: fingerprints of the rows that have a prompt
 * @param duplicates rows whose request an earlier row has
 * @param cacheHits distinct requests that the store held before
 * @param called requests sent in realtime at least once; HTTP tries are called + retries
 * @param batched requests that came back in batches, answered or not
 * @param pending requests in batches that have not ended
 * @param succeeded rows with an answer
 * @param failed rows without
 * @param rateLimited HTTP tries refused with 429
 * @param inDoubt calls that were under way or about to start when an executor was killed: they may
 *     have been paid; their largest cost is in {@code waste_usd.possible}
 * @param inputTokens of the answers bought in this run
 * @param outputTokens of the answers bought in this run
 * @param costUsd sum of the rows' {@code cost_usd}; null where a price is not known
 * @param unclaimedUsd paid in this run for answers that no row uses
 * @param estimateUsd made before the run's first call
 * @param budgetUsd null where the job has none
 * @param wallSeconds from the start of the command to the results
 * @param inferenceSeconds from the first call to the last answer
 * @param requestsPerSecond called per inference second
 * @param maxInFlight the most calls that were under way at once
 * @param tornLines of the store's journal that were skipped
 * @param cascade null where the job has none
 */
public record RunSummary(
    String runId,
    int exitCode,
    @Nullable String stopped,
    long rows,
    long distinct,
    long duplicates,
    long cacheHits,
    long called,
    long batched,
    long pending,
    long succeeded,
    long failed,
    SortedMap<String, Long> failedByKind,
    long retries,
    long rateLimited,
    long inDoubt,
    long inputTokens,
    long outputTokens,
    @Nullable BigDecimal costUsd,
    WasteUsd wasteUsd,
    @Nullable BigDecimal unclaimedUsd,
    @Nullable BudgetUsd budgetUsd,
    SavedUsd savedUsd,
    CostEstimate estimateUsd,
    double wallSeconds,
    double inferenceSeconds,
    double requestsPerSecond,
    LatencyMs latencyMs,
    int maxInFlight,
    long tornLines,
    @Nullable CascadeSummary cascade) {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  /**
   * @param known paid for answers that could not be used
   * @param possible may have been paid for timeouts, resets and unreadable answers, at the most
   */
  public record WasteUsd(BigDecimal known, BigDecimal possible) {}

  /**
   * @param max that the run may cost
   * @param spent so far in all its executions: for answers, used or not, and waste, what is only
   *     possible included
   */
  public record BudgetUsd(BigDecimal max, BigDecimal spent) {}

  /** Against calling every row at the realtime list price. */
  public record SavedUsd(
      @Nullable BigDecimal cache, @Nullable BigDecimal duplicates, @Nullable BigDecimal batch) {}

  /** Of the answers bought in this run; null where there are none. */
  public record LatencyMs(@Nullable Long p50, @Nullable Long p95, @Nullable Long p99) {}

  public String toJson() {
    try {
      return JSON.writeValueAsString(this) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Plain values could not be written as JSON", e);
    }
  }

  /** Shortest exact form of an amount. */
  public static BigDecimal exact(BigDecimal amount) {
    return new BigDecimal(new Usd(amount).toString());
  }
}

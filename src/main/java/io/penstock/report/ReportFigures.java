package io.penstock.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code report.html} shows beside the summary; {@code report.json} is this record in
 * snake_case. Every list is short, however many rows the run has. Amounts are JSON numbers.
 *
 * @param bill of all rows of the results
 * @param tokens of the answers bought in the run
 * @param latencies of the answers bought in realtime, bar beside bar from the shortest to the
 *     longest
 * @param attempts of the run's realtime requests
 * @param failures in the order of their kinds
 * @param slowest of the answers bought in realtime for the results, slowest first
 * @param samples empty unless the job asks for some
 */
public record ReportFigures(
    Job job,
    List<BillLine> bill,
    List<TokenLine> tokens,
    List<LatencyBar> latencies,
    List<AttemptsBar> attempts,
    List<FailedRows> failures,
    List<SlowRow> slowest,
    List<Sample> samples) {

  /**
   * What ran.
   *
   * @param input path or table
   * @param idColumn whose values name rows here; null: fingerprints do
   * @param complete whether nothing was left to do
   * @param publishedAt an ISO instant
   */
  public record Job(
      String name,
      String input,
      String format,
      @Nullable String idColumn,
      List<Model> models,
      boolean complete,
      String publishedAt) {}

  /**
   * @param name the job's name for it
   */
  public record Model(String name, String provider, String requestModel) {}

  /**
   * Rows that came the same way.
   *
   * @param delivery null where nothing was asked
   * @param servedFrom null where the rows have no answer
   * @param inputTokens of the rows' answers, bought for them or not; outputTokens likewise
   * @param costUsd null where a price is not known; savedUsd likewise
   */
  public record BillLine(
      @Nullable String model,
      @Nullable String delivery,
      @Nullable String servedFrom,
      long rows,
      long inputTokens,
      long outputTokens,
      @Nullable BigDecimal costUsd,
      @Nullable BigDecimal savedUsd) {}

  /**
   * @param requestModel the provider's name for the model
   * @param answers bought, and failures that came with tokens
   * @param input all, cached ones included; output all, reasoning included
   */
  public record TokenLine(
      String requestModel,
      String delivery,
      long answers,
      long input,
      long cacheRead,
      long cacheCreation,
      long output,
      long reasoning) {}

  /**
   * @param fromMs included
   * @param toMs excluded
   */
  public record LatencyBar(long fromMs, long toMs, long answers) {}

  /**
   * @param attempts HTTP requests for one request; {@link #MANY} stands for more too
   * @param requests that took so many
   */
  public record AttemptsBar(int attempts, long requests) {
    public static final int MANY = 11;
  }

  /**
   * @param kind of {@code FailureKind}
   * @param examples ids of some of the rows
   */
  public record FailedRows(String kind, long rows, List<String> examples) {}

  /**
   * @param id of the row
   */
  public record SlowRow(
      String id, String model, long latencyMs, int attempts, @Nullable Long outputTokens) {}

  /**
   * A row with its texts, cut where they are long.
   *
   * @param errorKind null: it has an answer
   * @param prompt null where it is not kept, as that of a row whose model was asked after another
   */
  public record Sample(
      String id,
      @Nullable String model,
      @Nullable String servedFrom,
      @Nullable String errorKind,
      @Nullable String prompt,
      @Nullable String completion) {}

  public String toJson() {
    try {
      return RunPlan.JSON.writeValueAsString(this) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Plain values could not be written as JSON", e);
    }
  }
}

package io.penstock.pipeline;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_distinct;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.penstock.domain.DeliveryMode;
import io.penstock.lake.Columns;
import io.penstock.report.RunSummary;
import io.penstock.store.StoreColumns;
import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/** Adds up a run's results and its store entries; two small actions. */
final class TallyStage {
  private final String prefix;

  /**
   * @param prefix of the result columns
   */
  TallyStage(String prefix) {
    this.prefix = prefix;
  }

  /**
   * What the rows say.
   *
   * @param costUsd null where an answer was bought whose price is not known
   */
  record RowTally(
      long rows,
      SortedMap<String, Long> failedByKind,
      @Nullable BigDecimal costUsd,
      RunSummary.SavedUsd savedUsd) {
    long failed() {
      return failedByKind.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /**
   * What the run wrote into the store.
   *
   * @param called requests that were sent in realtime
   * @param batched requests that came back in batches
   * @param attempts HTTP requests of those in realtime
   * @param answersUsd paid for answers, used by rows or not
   */
  record EntryTally(
      long called,
      long batched,
      long attempts,
      long rateLimited,
      long inputTokens,
      long outputTokens,
      BigDecimal answersUsd,
      RunSummary.WasteUsd wasteUsd,
      RunSummary.LatencyMs latencyMs) {}

  RowTally rows(Dataset<Row> results) {
    List<Row> groups =
        results
            .groupBy(result("served_from").as("served"), result(Columns.ERROR_KIND).as("kind"))
            .agg(
                count(lit(1)).as("rows"),
                sum(result("cost_usd")).as("cost"),
                sum(result("saved_usd")).as("saved"),
                sum(result("cost_usd").isNull().cast(DataTypes.LongType)).as("unpriced"),
                // bought by the row, beside the answer that it has
                count_if(result("cost_usd").isNull().and(result("saved_usd").isNotNull()))
                    .as("unpriced_before"))
            .collectAsList();
    SortedMap<String, Long> failed = new TreeMap<>();
    groups.stream()
        .filter(group -> group.getAs("kind") != null)
        .forEach(group -> failed.merge(group.getAs("kind"), group.<Long>getAs("rows"), Long::sum));
    return new RowTally(
        groups.stream().mapToLong(group -> group.<Long>getAs("rows")).sum(),
        failed,
        cost(groups),
        new RunSummary.SavedUsd(
            saved(groups, "cache"), saved(groups, "duplicate"), savedByBatches(groups)));
  }

  /** Also of rows that were asked of a model in a batch, and then of another in realtime. */
  private static @Nullable BigDecimal savedByBatches(List<Row> groups) {
    BigDecimal batched = saved(groups, "batch");
    BigDecimal called = sumOf(servedFrom(groups, "call"), group -> group.getAs("saved"));
    return batched == null ? null : RunSummary.exact(batched.add(called));
  }

  /** Of all rows: with several models also one that the store serves may have paid. */
  private static @Nullable BigDecimal cost(List<Row> groups) {
    boolean unknown =
        groups.stream().anyMatch(group -> group.<Long>getAs("unpriced_before") > 0)
            || Stream.of("call", "batch")
                .flatMap(word -> servedFrom(groups, word).stream())
                .anyMatch(group -> group.<Long>getAs("unpriced") > 0);
    return unknown ? null : sumOf(groups, group -> group.getAs("cost"));
  }

  private Column result(String name) {
    return col(Columns.quote(prefix + name));
  }

  private static @Nullable BigDecimal saved(List<Row> groups, String servedFrom) {
    return total(servedFrom(groups, servedFrom), group -> group.getAs("saved"));
  }

  private static List<Row> servedFrom(List<Row> groups, String word) {
    return groups.stream().filter(group -> word.equals(group.getAs("served"))).toList();
  }

  /** Null as soon as one amount is not known: a sum of the rest would look like the whole. */
  private static @Nullable BigDecimal total(
      List<Row> groups, Function<Row, @Nullable BigDecimal> amount) {
    boolean unknown = groups.stream().anyMatch(group -> group.<Long>getAs("unpriced") > 0);
    return unknown ? null : sumOf(groups, amount);
  }

  private static BigDecimal sumOf(List<Row> groups, Function<Row, @Nullable BigDecimal> amount) {
    return RunSummary.exact(
        groups.stream()
            .map(amount)
            .filter(Objects::nonNull)
            .reduce(BigDecimal.ZERO, BigDecimal::add));
  }

  /**
   * @param entries that the run wrote, each once
   */
  EntryTally entries(Dataset<Row> entries) {
    String answered = Columns.ERROR_KIND + " is null";
    Column isBatch = col(Columns.DELIVERY).equalTo(DeliveryMode.BATCH.word());
    Row all =
        entries
            .agg(
                count_distinct(when(not(isBatch), col(Columns.FINGERPRINT))).as("called"),
                count_distinct(when(isBatch, col(Columns.FINGERPRINT))).as("batched"),
                coalesce(sum(when(not(isBatch), col("attempts"))), lit(0)).as("attempts"),
                sumOf(StoreColumns.RATE_LIMITED),
                sumOf("input_tokens"),
                sumOf("output_tokens"),
                sumOf("cost_usd"),
                sumOf(StoreColumns.WASTE_KNOWN),
                sumOf(StoreColumns.WASTE_POSSIBLE),
                expr("percentile(if(" + answered + ", latency_ms, null), array(0.5, 0.95, 0.99))")
                    .as("latency"))
            .first();
    return new EntryTally(
        all.getAs("called"),
        all.getAs("batched"),
        all.getAs("attempts"),
        all.getAs(StoreColumns.RATE_LIMITED),
        all.getAs("input_tokens"),
        all.getAs("output_tokens"),
        RunSummary.exact(all.getAs("cost_usd")),
        new RunSummary.WasteUsd(
            RunSummary.exact(all.getAs(StoreColumns.WASTE_KNOWN)),
            RunSummary.exact(all.getAs(StoreColumns.WASTE_POSSIBLE))),
        latency(all));
  }

  private static Column sumOf(String column) {
    return coalesce(sum(column), lit(0)).as(column);
  }

  private static RunSummary.LatencyMs latency(Row all) {
    int at = all.fieldIndex("latency");
    if (all.isNullAt(at)) {
      return new RunSummary.LatencyMs(null, null, null);
    }
    List<Double> percentiles = all.getList(at);
    return new RunSummary.LatencyMs(
        Math.round(percentiles.get(0)),
        Math.round(percentiles.get(1)),
        Math.round(percentiles.get(2)));
  }
}

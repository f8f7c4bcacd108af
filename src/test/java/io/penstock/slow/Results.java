package io.penstock.slow;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toSet;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Results as they were published.
 *
 * @param count of the rows
 * @param unanswered rows without a completion
 * @param byId what a kill must not change of the row, or rows, with an id: input columns,
 *     completion, finish_reason, tokens, error_kind
 * @param costUsd sum of the rows'
 * @param runIds that the rows belong to
 */
record Results(
    long count,
    long unanswered,
    Map<Object, List<List<Object>>> byId,
    BigDecimal costUsd,
    Set<String> runIds) {
  private static final List<String> LASTING =
      List.of(
          "ticket_id",
          "question",
          "completion",
          "finish_reason",
          "input_tokens",
          "output_tokens",
          "error_kind");

  /** Reads them as anybody would. */
  static Results read(String path) {
    SparkSession spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .getOrCreate();
    List<Row> rows = spark.read().parquet(path).collectAsList();
    return new Results(
        rows.size(),
        rows.stream().filter(row -> row.getAs("completion") == null).count(),
        rows.stream().map(Results::lasting).collect(groupingBy(values -> values.get(0))),
        rows.stream()
            .map(row -> row.<BigDecimal>getAs("cost_usd"))
            .filter(Objects::nonNull)
            .reduce(BigDecimal.ZERO, BigDecimal::add),
        rows.stream().map(row -> row.<String>getAs("run_id")).collect(toSet()));
  }

  private static List<Object> lasting(Row row) {
    List<Object> values = new ArrayList<>();
    LASTING.forEach(column -> values.add(row.getAs(column)));
    return values;
  }

  /** Ids that only one of the two has, or with other rows. */
  long differences(Results other) {
    Set<Object> ids = new HashSet<>(byId.keySet());
    ids.addAll(other.byId.keySet());
    return ids.stream().filter(id -> !Objects.equals(byId.get(id), other.byId.get(id))).count();
  }
}

package io.penstock.pipeline;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.log10;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.penstock.config.JobSpec;
import io.penstock.domain.DeliveryMode;
import io.penstock.lake.Columns;
import io.penstock.report.ReportFigures;
import io.penstock.report.ReportFigures.AttemptsBar;
import io.penstock.report.ReportFigures.BillLine;
import io.penstock.report.ReportFigures.FailedRows;
import io.penstock.report.ReportFigures.LatencyBar;
import io.penstock.report.ReportFigures.SlowRow;
import io.penstock.report.ReportFigures.TokenLine;
import io.penstock.report.RunSummary;
import io.penstock.store.StoreColumns;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/**
 * Adds up what a run's report shows beside its summary: one to four small actions over the results
 * and the run's store entries, which bring groups and a few rows to the driver, never more.
 */
final class ReportStage {
  private static final int EXAMPLES = 5;
  private static final int SLOWEST = 10;

  /** Bars of latencies to the tenfold. */
  private static final int BARS = 10;

  /** Shorter latencies are in one bar: below 10 ms. */
  private static final int FIRST_BAR = BARS;

  private static final String BAR = "bar";
  private static final String ATTEMPTS = "attempts";
  private static final String SERVED = "served_from";
  private static final String CALL = "call";
  private static final String LATENCY = "latency_ms";
  private static final String ROWS = "rows";

  private final JobSpec spec;

  ReportStage(JobSpec spec) {
    this.spec = spec;
  }

  /**
   * @param results as they were published
   * @param entries that the run wrote into the store, each once; empty where it wrote none
   * @param rows of the run folder, which are read where texts are to be shown
   */
  ReportFigures apply(
      Dataset<Row> results,
      Optional<Dataset<Row>> entries,
      Supplier<Dataset<Row>> rows,
      Completeness completeness) {
    List<BillLine> bill = bill(results);
    List<Row> groups = entries.map(ReportStage::groups).orElse(List.of());
    return new ReportFigures(
        job(completeness),
        bill,
        tokens(groups),
        latencies(groups),
        attempts(groups),
        failures(results, bill),
        slowest(results, bill),
        new SampleTexts(spec).of(results, rows));
  }

  /** Whether a run has nothing left to do. */
  enum Completeness {
    COMPLETE,
    PARTIAL
  }

  private ReportFigures.Job job(Completeness completeness) {
    String path = spec.input().path();
    return new ReportFigures.Job(
        spec.name(),
        path == null ? String.valueOf(spec.input().table()) : path,
        path == null ? "table" : spec.input().format(),
        spec.input().id(),
        spec.models().entrySet().stream()
            .map(
                model ->
                    new ReportFigures.Model(
                        model.getKey(), model.getValue().provider(), model.getValue().model()))
            .toList(),
        completeness == Completeness.COMPLETE,
        Instant.now().toString());
  }

  private List<BillLine> bill(Dataset<Row> results) {
    return results
        .groupBy(result(Columns.MODEL_NAME), result(Columns.DELIVERY), result(SERVED))
        .agg(
            count(lit(1)).as(ROWS),
            sumOf(result("input_tokens")).as("input"),
            sumOf(result("output_tokens")).as("output"),
            known(result("cost_usd")).as("cost"),
            known(result("saved_usd")).as("saved"))
        .collectAsList()
        .stream()
        .map(ReportStage::billLine)
        .sorted(
            Comparator.comparing(BillLine::model, Comparator.nullsLast(String::compareTo))
                .thenComparing(BillLine::delivery, Comparator.nullsLast(String::compareTo))
                .thenComparing(BillLine::servedFrom, Comparator.nullsLast(String::compareTo)))
        .toList();
  }

  /** Null as soon as one amount is: a sum of the rest would look like the whole. */
  private static Column known(Column amount) {
    return when(count_if(amount.isNull()).equalTo(0), sum(amount));
  }

  private static BillLine billLine(Row group) {
    return new BillLine(
        group.getString(0),
        group.getString(1),
        group.getString(2),
        group.getAs(ROWS),
        group.getAs("input"),
        group.getAs("output"),
        exact(group.getAs("cost")),
        exact(group.getAs("saved")));
  }

  private static @Nullable BigDecimal exact(@Nullable BigDecimal amount) {
    return amount == null ? null : RunSummary.exact(amount);
  }

  /** The entries by all that is asked of them. */
  private static List<Row> groups(Dataset<Row> entries) {
    Column isRealtime = not(col(Columns.DELIVERY).equalTo(DeliveryMode.BATCH.word()));
    Column answered = col(Columns.ERROR_KIND).isNull();
    Column bar = log10(greatest(col(LATENCY), lit(1))).multiply(BARS).cast(DataTypes.IntegerType);
    return entries
        .groupBy(
            col(StoreColumns.REQUEST_MODEL),
            col(Columns.DELIVERY),
            when(isRealtime.and(answered), greatest(bar, lit(FIRST_BAR))).as(BAR),
            when(isRealtime, least(col(ATTEMPTS), lit(AttemptsBar.MANY))).as(ATTEMPTS))
        .agg(
            count(lit(1)).as(ROWS),
            count(col("input_tokens")).as("answers"),
            sumOf(col("input_tokens")).as("input"),
            sumOf(col("cache_read_input_tokens")).as("cache_read"),
            sumOf(col("cache_creation_input_tokens")).as("cache_creation"),
            sumOf(col("output_tokens")).as("output"),
            sumOf(col("reasoning_output_tokens")).as("reasoning"))
        .collectAsList();
  }

  private static Column sumOf(Column tokens) {
    return coalesce(sum(tokens), lit(0L));
  }

  private static List<TokenLine> tokens(List<Row> groups) {
    return groups.stream()
        .collect(
            Collectors.groupingBy(
                group -> group.getString(0) + "\n" + group.getString(1),
                TreeMap::new,
                Collectors.toList()))
        .values()
        .stream()
        .map(ReportStage::tokenLine)
        .filter(line -> line.answers() > 0)
        .toList();
  }

  private static TokenLine tokenLine(List<Row> groups) {
    Function<String, Long> total =
        name -> groups.stream().mapToLong(group -> group.<Long>getAs(name)).sum();
    return new TokenLine(
        groups.get(0).getString(0),
        groups.get(0).getString(1),
        total.apply("answers"),
        total.apply("input"),
        total.apply("cache_read"),
        total.apply("cache_creation"),
        total.apply("output"),
        total.apply("reasoning"));
  }

  private static SortedMap<Integer, Long> counts(List<Row> groups, String column) {
    return groups.stream()
        .filter(group -> group.getAs(column) != null)
        .collect(
            Collectors.groupingBy(
                group -> group.<Integer>getAs(column),
                TreeMap::new,
                Collectors.summingLong(group -> group.<Long>getAs(ROWS))));
  }

  private static List<LatencyBar> latencies(List<Row> groups) {
    SortedMap<Integer, Long> counts = counts(groups, BAR);
    List<LatencyBar> bars = new ArrayList<>();
    for (int bar = counts.isEmpty() ? 1 : counts.firstKey();
        !counts.isEmpty() && bar <= counts.lastKey();
        bar++) {
      bars.add(new LatencyBar(begin(bar), begin(bar + 1), counts.getOrDefault(bar, 0L)));
    }
    return bars;
  }

  private static long begin(int bar) {
    return bar == FIRST_BAR ? 0 : (long) Math.ceil(Math.pow(10, (double) bar / BARS) - 1e-9);
  }

  private static List<AttemptsBar> attempts(List<Row> groups) {
    return counts(groups, ATTEMPTS).entrySet().stream()
        .map(one -> new AttemptsBar(one.getKey(), one.getValue()))
        .toList();
  }

  /** Without messages, which may quote prompts. */
  private List<FailedRows> failures(Dataset<Row> results, List<BillLine> bill) {
    if (bill.stream().allMatch(line -> line.servedFrom() != null)) {
      return List.of();
    }
    Column kind = result(Columns.ERROR_KIND);
    Column number = row_number().over(Window.partitionBy("kind").orderBy("fingerprint", "id"));
    Column all = count(lit(1)).over(Window.partitionBy("kind"));
    List<Row> examples =
        results
            .where(kind.isNotNull())
            .select(
                kind.as("kind"),
                RowNames.of(spec).as("id"),
                result(Columns.FINGERPRINT).as("fingerprint"))
            .select(col("kind"), col("id"), number.as("number"), all.as(ROWS))
            .where(col("number").leq(EXAMPLES))
            .orderBy("kind", "number")
            .collectAsList();
    Map<String, List<Row>> byKind =
        examples.stream()
            .collect(
                Collectors.groupingBy(row -> row.getAs("kind"), TreeMap::new, Collectors.toList()));
    return byKind.values().stream().map(ReportStage::failedRows).toList();
  }

  private static FailedRows failedRows(List<Row> examples) {
    return new FailedRows(
        examples.get(0).getAs("kind"),
        examples.get(0).getAs(ROWS),
        examples.stream().map(row -> row.<String>getAs("id")).toList());
  }

  private List<SlowRow> slowest(Dataset<Row> results, List<BillLine> bill) {
    if (bill.stream().noneMatch(line -> CALL.equals(line.servedFrom()))) {
      return List.of();
    }
    return results
        .where(result(SERVED).equalTo(CALL).and(result(LATENCY).isNotNull()))
        .select(
            RowNames.of(spec).as("id"),
            result(Columns.MODEL_NAME).as("model"),
            result(LATENCY).as("latency"),
            result(ATTEMPTS).as(ATTEMPTS),
            result("output_tokens").as("output"))
        .orderBy(col("latency").desc(), col("id"))
        .limit(SLOWEST)
        .collectAsList()
        .stream()
        .map(
            row ->
                new SlowRow(
                    row.getAs("id"),
                    row.getAs("model"),
                    row.<Long>getAs("latency"),
                    row.<Integer>getAs(ATTEMPTS),
                    row.<@Nullable Long>getAs("output")))
        .toList();
  }

  private Column result(String name) {
    return RowNames.result(spec, name);
  }
}

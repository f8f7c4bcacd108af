package io.penstock.pipeline;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.penstock.domain.Usd;
import io.penstock.lake.Columns;
import io.penstock.report.CascadeSummary;
import io.penstock.report.CascadeSummary.Agreement;
import io.penstock.report.RunSummary;
import io.penstock.store.CompletionStore;
import io.penstock.store.StoreColumns;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/**
 * Says which row pays for what, where rows are asked of several models. Each answer that the run
 * bought is paid by one row that has an answer in the end, or, where no such row asked for it, by
 * none: then it is waste.
 */
final class RungLedger {
  private static final UDF2<@Nullable String, @Nullable String, Boolean> AGREE =
      (one, other) -> stripped(one).equals(stripped(other));

  private final CompletionStore store;
  private final String runId;
  private final @Nullable String cascadeTo;
  private final String path;

  /**
   * @param cascadeTo the cascade's second model; null: there is no cascade
   * @param path a folder of this execution's own
   */
  RungLedger(CompletionStore store, String runId, @Nullable String cascadeTo, String path) {
    this.store = store;
    this.runId = runId;
    this.cascadeTo = cascadeTo;
    this.path = path;
  }

  /**
   * @param requests fingerprint and row_id of the row that stands for it
   * @param spent row_id, spent_usd, batch_saved_usd and unpriced, of the rows that pay for anything
   */
  record Books(Dataset<Row> requests, Dataset<Row> spent, RungFigures figures) {}

  /**
   * For the summary.
   *
   * @param unusableUsd paid for answers that were not good enough, of rows that have none
   * @param cascade null where the job has none
   */
  record RungFigures(BigDecimal unusableUsd, @Nullable CascadeSummary cascade) {
    static final RungFigures NONE = new RungFigures(BigDecimal.ZERO, null);
  }

  /**
   * @param walks of {@link RungStage.Round#allWalks}
   */
  Books close(Dataset<Row> walks) throws IOException {
    Dataset<Row> paid = requests(walks);
    paid.write().parquet(path + "/paid");
    Dataset<Row> requests =
        walks.sparkSession().read().schema(paid.schema()).parquet(path + "/paid");
    Column isBought = col("answered").and(col("here"));
    Dataset<Row> bought = requests.where(isBought);
    Dataset<Row> spent =
        bought
            .where(col("claimed"))
            .groupBy(Columns.ROW_ID)
            .agg(
                sum("cost_usd").cast(Columns.USD).as(JoinBackStage.SPENT),
                sum(col(StoreColumns.LIST_USD).minus(col("cost_usd")))
                    .cast(Columns.USD)
                    .as(JoinBackStage.SAVED),
                max(col("cost_usd").isNull()).as(JoinBackStage.UNPRICED));
    Row unusable = bought.where(not(col("claimed"))).agg(coalesce(sum("cost_usd"), lit(0))).first();
    return new Books(
        requests.select(Columns.FINGERPRINT, Columns.ROW_ID),
        spent,
        new RungFigures(
            RunSummary.exact(unusable.getDecimal(0)),
            cascadeTo == null ? null : cascade(walks, requests)));
  }

  /** A row per request that the store knows of. */
  private Dataset<Row> requests(Dataset<Row> walks) throws IOException {
    Dataset<Row> links = links(walks);
    Column hasAnswer =
        max(col("stands").and(col("answered"))).over(Window.partitionBy(Columns.ROW_ID));
    Column payer = min(struct(not(col("has_answer")), not(col("stands")), col(Columns.ROW_ID)));
    return links
        .join(entries(links), new String[] {Columns.FINGERPRINT})
        .withColumn("has_answer", hasAnswer)
        .groupBy(Columns.FINGERPRINT)
        .agg(
            payer.as("payer"),
            max("has_answer").as("claimed"),
            first("answered").as("answered"),
            first("here").as("here"),
            first("cost_usd").as("cost_usd"),
            first(StoreColumns.LIST_USD).as(StoreColumns.LIST_USD),
            max("is_checked").as("is_checked"),
            first(Columns.MODEL_NAME).as(Columns.MODEL_NAME))
        .withColumn(Columns.ROW_ID, col("payer." + Columns.ROW_ID))
        .drop("payer");
  }

  private static Dataset<Row> links(Dataset<Row> walks) {
    Column isChecked = coalesce(col("checked").equalTo(col("link.rung")), lit(false));
    return walks
        .select(
            col(Columns.ROW_ID),
            col("stand.rung").as("stand"),
            col("checked.rung").as("checked"),
            explode(col("links")).as("link"))
        .select(
            col(Columns.ROW_ID),
            col("stand").equalTo(col("link.rung")).as("stands"),
            isChecked.as("is_checked"),
            col("link." + Columns.MODEL_NAME),
            col("link." + Columns.FINGERPRINT));
  }

  private Dataset<Row> entries(Dataset<Row> links) throws IOException {
    return store
        .serving(links.select(Columns.FINGERPRINT).distinct(), runId)
        .select(
            col(Columns.FINGERPRINT),
            col(Columns.ERROR_KIND).isNull().as("answered"),
            col(StoreColumns.RUN_ID).equalTo(runId).as("here"),
            when(col(Columns.ERROR_KIND).isNull(), col("cost_usd"))
                .otherwise(col(StoreColumns.WASTE_KNOWN))
                .as("cost_usd"),
            when(col(Columns.ERROR_KIND).isNull(), col(StoreColumns.LIST_USD))
                .as(StoreColumns.LIST_USD));
  }

  private CascadeSummary cascade(Dataset<Row> walks, Dataset<Row> requests) throws IOException {
    Row rows =
        walks
            .agg(count(col("checked")), count_if(col("checked").isNotNull().and(col("escalated"))))
            .first();
    long answered = rows.getLong(0);
    long escalated = rows.getLong(1);
    List<Row> audits = audits(walks);
    return new CascadeSummary(
        answered,
        escalated,
        answered == 0 ? 0 : Math.round(1e6 * escalated / answered) / 1e6,
        audits.stream().mapToLong(row -> row.<Long>getAs("requests")).sum(),
        agreement(audits),
        agreement(audits.stream().filter(row -> row.<Boolean>getAs("trusted")).toList()),
        saved(requests.where(col("here").and(col("answered").or(col("is_checked"))))));
  }

  private static Agreement agreement(List<Row> audits) {
    return Agreement.of(
        audits.stream().mapToLong(row -> row.<Long>getAs("equal")).sum(),
        audits.stream().mapToLong(row -> row.<Long>getAs("requests")).sum());
  }

  /** Of both kinds, trusted and not: how many there are, and of how many both answers are equal. */
  private List<Row> audits(Dataset<Row> walks) throws IOException {
    Dataset<Row> pairs =
        walks
            .where(col("other").isNotNull())
            .select(
                col("checked." + Columns.FINGERPRINT).as("one"),
                col("other." + Columns.FINGERPRINT).as("two"),
                not(col("escalated")).as("trusted"))
            .distinct();
    return pairs
        .join(answers(pairs, "one"), "one")
        .join(answers(pairs, "two"), "two")
        .groupBy("trusted")
        .agg(
            count(lit(1)).as("requests"),
            count_if(udf(AGREE, DataTypes.BooleanType).apply(col("answer_one"), col("answer_two")))
                .as("equal"))
        .collectAsList();
  }

  private Dataset<Row> answers(Dataset<Row> pairs, String which) throws IOException {
    return store
        .serving(pairs.select(col(which).as(Columns.FINGERPRINT)).distinct(), runId)
        .where(col(Columns.ERROR_KIND).isNull())
        .select(
            col(Columns.FINGERPRINT).as(which),
            coalesce(col("completion"), col("tool_calls")).as("answer_" + which));
  }

  private static String stripped(@Nullable String text) {
    return text == null ? "" : text.strip();
  }

  /**
   * @param bought with the answers that were checked and did not even fulfil the schema
   */
  private @Nullable BigDecimal saved(Dataset<Row> bought) {
    Column isSecond = col(Columns.MODEL_NAME).equalTo(cascadeTo);
    Column isFirst = col("is_checked");
    Row sums =
        bought
            .agg(
                count_if(isFirst).as("first"),
                count_if(isSecond).as("second"),
                coalesce(sum(when(isFirst, col("cost_usd"))), lit(0)).as("first_usd"),
                coalesce(sum(when(isSecond, col("cost_usd"))), lit(0)).as("second_usd"),
                count_if(isFirst.or(isSecond).and(col("cost_usd").isNull())).as("unpriced"))
            .first();
    long second = sums.getAs("second");
    if (second == 0 || sums.<Long>getAs("unpriced") > 0) {
      return null;
    }
    BigDecimal secondUsd = sums.getAs("second_usd");
    BigDecimal allAtSecond =
        secondUsd
            .multiply(BigDecimal.valueOf(sums.<Long>getAs("first")))
            .divide(BigDecimal.valueOf(second), Usd.SCALE, RoundingMode.HALF_EVEN);
    return RunSummary.exact(
        allAtSecond.subtract(sums.<BigDecimal>getAs("first_usd")).subtract(secondUsd));
  }
}

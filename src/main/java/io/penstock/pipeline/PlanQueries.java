package io.penstock.pipeline;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.hex;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.log;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min_by;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.unhex;
import static org.apache.spark.sql.functions.when;

import io.penstock.domain.DeliveryMode;
import io.penstock.domain.FailureKind;
import io.penstock.lake.Columns;
import io.penstock.pricing.AnswerHistory;
import io.penstock.pricing.AnswerHistory.CacheShares;
import io.penstock.pricing.AnswerHistory.CountedInput;
import io.penstock.pricing.AnswerHistory.Moments;
import io.penstock.report.CascadeSummary.Agreement;
import io.penstock.store.StoreColumns;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/** What a plan asks of the misses and the completion store; each method is one small action. */
final class PlanQueries {
  /** Why a prompt that the context guard found too long makes no request. */
  static final String DOES_NOT_FIT = "the prompt does not fit the context window of its model";

  static final String NEW = "new";
  static final String PARAMETERS_CHANGED = "parameters_changed";
  static final String TOO_OLD = "too_old";
  static final String FAILED_BEFORE = "failed_before";

  /** Answers of a job and model that are looked at, the latest. */
  private static final int HISTORY = 10_000;

  private static final int REASONS = 20;

  private final String job;
  private final Dataset<Row> entries;

  /**
   * @param entries of the store
   */
  PlanQueries(String job, Dataset<Row> entries) {
    this.job = job;
    this.entries = entries;
  }

  /**
   * Misses that are alike.
   *
   * @param tier of the price, from 0 for the standard rates
   * @param tooLong whether their prompts do not fit the model's context window
   */
  record Group(
      String model,
      @Nullable Integer route,
      DeliveryMode delivery,
      int tier,
      boolean tooLong,
      String reason,
      long requests,
      long countedTokens) {
    boolean isBatch() {
      return delivery == DeliveryMode.BATCH;
    }

    /** The same prompts to another model. */
    Group asOf(JobSetup.Model other) {
      return new Group(
          other.settings().name(),
          route,
          other.hasBatch() ? delivery : DeliveryMode.REALTIME,
          0,
          false,
          reason,
          requests,
          countedTokens);
    }

    /** The same, were they all called. */
    Group inRealtime() {
      return new Group(
          model, route, DeliveryMode.REALTIME, tier, tooLong, reason, requests, countedTokens);
    }
  }

  /** By the job's name for the model; only of models that have any. */
  Map<String, AnswerHistory> histories(List<JobSetup.Model> models) {
    Dataset<Row> all = null;
    for (JobSetup.Model model : models) {
      Dataset<Row> one = history(model);
      all = all == null ? one : all.union(one);
    }
    Map<String, AnswerHistory> found = new HashMap<>();
    if (all != null) {
      all.collectAsList().stream()
          .filter(row -> row.<Long>getAs("answers") > 0)
          .forEach(row -> found.put(row.getAs(Columns.MODEL_NAME), history(row)));
    }
    return found;
  }

  private Dataset<Row> history(JobSetup.Model model) {
    Column counted = col(Columns.COUNTED_INPUT_TOKENS).cast(DataTypes.DoubleType);
    Column billed = when(counted.isNotNull(), col("input_tokens")).cast(DataTypes.DoubleType);
    Column output =
        least(col("output_tokens"), lit(model.maxOutputTokens())).cast(DataTypes.DoubleType);
    Column logarithm = log(greatest(output, lit(1.0)));
    return answers(model)
        .agg(
            count(lit(1)).as("answers"),
            total(output, "output"),
            total(output.multiply(output), "output_squares"),
            total(logarithm, "logs"),
            total(logarithm.multiply(logarithm), "log_squares"),
            count(counted).as("prompts"),
            total(counted, "counted"),
            total(billed, "billed"),
            total(counted.multiply(counted), "cc"),
            total(counted.multiply(billed), "cx"),
            total(billed.multiply(billed), "xx"),
            total(col("input_tokens"), "input"),
            total(col("cache_read_input_tokens"), "read"),
            total(col("cache_creation_input_tokens"), "written"),
            coalesce(avg("latency_ms"), lit(0.0)).as("latency"),
            coalesce(avg("cost_usd").cast(DataTypes.DoubleType), lit(0.0)).as("cost"))
        .withColumn(Columns.MODEL_NAME, lit(model.settings().name()));
  }

  private static Column total(Column value, String name) {
    return coalesce(sum(value.cast(DataTypes.DoubleType)), lit(0.0)).as(name);
  }

  /** Of the prompts that one of the first models answered for this job, those that both did. */
  Agreement askedTwice(List<JobSetup.Model> first, JobSetup.Model second) {
    Column isFirst = first.stream().map(PlanQueries::isOf).reduce(lit(false), Column::or);
    Row counts =
        entries
            .where(
                col(StoreColumns.JOB_NAME)
                    .equalTo(job)
                    .and(col(Columns.ERROR_KIND).isNull())
                    .and(col(Columns.PROMPT_HASH).isNotNull()))
            .groupBy(Columns.PROMPT_HASH)
            .agg(max(isFirst).as("first"), max(isOf(second)).as("second"))
            .where(col("first"))
            .agg(count(lit(1)), count_if(col("second")))
            .first();
    return Agreement.of(counts.getLong(1), counts.getLong(0));
  }

  private static Column isOf(JobSetup.Model model) {
    return col(StoreColumns.PROVIDER_IDENTITY)
        .equalTo(model.settings().endpoint().identity())
        .and(col(StoreColumns.REQUEST_MODEL).equalTo(model.settings().requestModel()));
  }

  /** The latest of this job and model, the earliest of each request. */
  private Dataset<Row> answers(JobSetup.Model model) {
    Dataset<Row> latest =
        entries
            .where(
                col(StoreColumns.JOB_NAME)
                    .equalTo(job)
                    .and(isOf(model))
                    .and(col(Columns.ERROR_KIND).isNull()))
            .select(
                col(Columns.FINGERPRINT),
                col(StoreColumns.COMPLETED_AT),
                struct(
                        col(Columns.COUNTED_INPUT_TOKENS),
                        col("input_tokens"),
                        col("cache_read_input_tokens"),
                        col("cache_creation_input_tokens"),
                        col("output_tokens"),
                        col("latency_ms"),
                        coalesce(col(StoreColumns.LIST_USD), col("cost_usd")).as("cost_usd"))
                    .as("answer"))
            .orderBy(col(StoreColumns.COMPLETED_AT).desc())
            .limit(HISTORY);
    return latest
        .groupBy(Columns.FINGERPRINT)
        .agg(min_by(col("answer"), col(StoreColumns.COMPLETED_AT)).as("answer"))
        .select("answer.*");
  }

  private static AnswerHistory history(Row sums) {
    double input = Math.max(1, sums.<Double>getAs("input"));
    return new AnswerHistory(
        sums.getAs("answers"),
        new Moments(sums.getAs("output"), sums.getAs("output_squares")),
        new Moments(sums.getAs("logs"), sums.getAs("log_squares")),
        new CountedInput(
            sums.getAs("prompts"),
            sums.getAs("counted"),
            sums.getAs("billed"),
            sums.getAs("cc"),
            sums.getAs("cx"),
            sums.getAs("xx")),
        new CacheShares(sums.<Double>getAs("read") / input, sums.<Double>getAs("written") / input),
        sums.getAs("latency"),
        sums.getAs("cost"));
  }

  /**
   * @param planned at least one request
   * @param tier and {@code tooLong} of a request, by the columns of {@link PlannedMisses#read}
   */
  List<Group> groups(PlannedMisses planned, Column tier, Column tooLong, List<String> identities) {
    Dataset<Row> misses = planned.read(entries.sparkSession());
    Column reason =
        when(col(TOO_OLD), lit(TOO_OLD))
            .when(col(FAILED_BEFORE), lit(FAILED_BEFORE))
            .when(col(PARAMETERS_CHANGED), lit(PARAMETERS_CHANGED))
            .otherwise(lit(NEW));
    return misses
        .join(known(misses), new String[] {Columns.FINGERPRINT}, "left")
        .join(askedOtherwise(identities), new String[] {Columns.PROMPT_HASH}, "left")
        .groupBy(
            col(Columns.MODEL_NAME),
            col(Columns.ROUTE),
            col(Columns.DELIVERY),
            tier.as("tier"),
            tooLong.as("too_long"),
            reason.as("reason"))
        .agg(count(lit(1)).as("requests"), sum(Columns.COUNTED_INPUT_TOKENS).as("counted"))
        .collectAsList()
        .stream()
        .map(PlanQueries::group)
        .toList();
  }

  private static Group group(Row row) {
    return new Group(
        row.getAs(Columns.MODEL_NAME),
        row.getAs(Columns.ROUTE),
        DeliveryMode.ofWord(row.getAs(Columns.DELIVERY)),
        row.getAs("tier"),
        row.getAs("too_long"),
        row.getAs("reason"),
        row.getAs("requests"),
        row.getAs("counted"));
  }

  /** Requests that the store holds an answer to, which must be too old, or a failure of. */
  private Dataset<Row> known(Dataset<Row> misses) {
    Column isAnswer = col(Columns.ERROR_KIND).isNull();
    Dataset<Row> requests = misses.select(unhex(col(Columns.FINGERPRINT)).as(Columns.FINGERPRINT));
    return entries
        .select(Columns.FINGERPRINT, Columns.ERROR_KIND)
        .join(requests, new String[] {Columns.FINGERPRINT}, "left_semi")
        .groupBy(hex(col(Columns.FINGERPRINT)).as(Columns.FINGERPRINT))
        .agg(max(isAnswer).as(TOO_OLD), max(not(isAnswer)).as(FAILED_BEFORE));
  }

  /** Prompts that this job or its providers were asked, with whatever model and parameters. */
  private Dataset<Row> askedOtherwise(List<String> identities) {
    return entries
        .where(
            col(StoreColumns.JOB_NAME)
                .equalTo(job)
                .or(col(StoreColumns.PROVIDER_IDENTITY).isin(identities.toArray())))
        .where(col(Columns.PROMPT_HASH).isNotNull())
        .select(Columns.PROMPT_HASH)
        .distinct()
        .withColumn(PARAMETERS_CHANGED, lit(true));
  }

  /**
   * @param rows of {@link LinkStage}
   */
  static SortedMap<String, Long> invalidByReason(Dataset<Row> rows) {
    SortedMap<String, Long> reasons = new TreeMap<>();
    rows.where(col(Columns.FINGERPRINT).isNull())
        .groupBy(
            when(
                    col(Columns.ERROR_KIND).equalTo(FailureKind.CONTEXT_TOO_LONG.name()),
                    lit(DOES_NOT_FIT))
                .otherwise(col(Columns.ERROR_MESSAGE)))
        .agg(count(lit(1)).as("rows"))
        .orderBy(col("rows").desc())
        .limit(REASONS)
        .collectAsList()
        .forEach(row -> reasons.put(String.valueOf(row.get(0)), row.getLong(1)));
    return reasons;
  }
}

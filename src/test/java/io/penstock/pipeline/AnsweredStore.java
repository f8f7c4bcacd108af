package io.penstock.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.hex;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.monotonically_increasing_id;
import static org.apache.spark.sql.functions.repeat;

import io.penstock.lake.Columns;
import io.penstock.prompt.Fingerprinter;
import io.penstock.store.StoreColumns;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;

/** Fills a completion store with an answer to every prompt of a job, without a call. */
public final class AnsweredStore {
  /** Days on which the answers seem to have come. */
  private static final int DAYS = 4;

  private static final String ANSWER = "The lamp can be sent back within two weeks. ";

  private AnsweredStore() {}

  /**
   * @param setup of a job with one model
   * @param scratch a folder for what lies in between
   */
  public static void fill(SparkSession spark, JobSetup setup, String scratch) {
    JobSetup.Model model = setup.models().get(0);
    Dataset<Row> input =
        new LoadStage(spark, setup.spec().input(), setup.spec().output().prefix(), List.of())
            .apply();
    RenderStage.PromptSource source =
        new RenderStage.PromptSource(setup.templates().system(), setup.templates().user(), null);
    Dataset<Row> routed =
        new RouteStage(setup.spec().routing(), model.settings().name())
            .apply(new RenderStage(source).apply(input));
    new LinkStage(
            Map.of(model.settings().name(), new Fingerprinter(model.fingerprintBasis())),
            Sampling.PLAIN,
            scratch)
        .apply(routed, Arrays.asList(input.columns()));
    entries(spark.read().parquet(scratch).select(Columns.FINGERPRINT).distinct())
        .repartition(2, col(StoreColumns.DAY), col(Columns.FINGERPRINT))
        .write()
        .partitionBy(StoreColumns.DAY)
        .parquet(setup.spec().store().path() + "/completions");
  }

  private static Dataset<Row> entries(Dataset<Row> fingerprints) {
    Map<String, Column> values = new LinkedHashMap<>();
    values.put(StoreColumns.ENTRY_ID, concat(lit("entry-"), monotonically_increasing_id()));
    values.put(Columns.FINGERPRINT, col(Columns.FINGERPRINT));
    values.put(StoreColumns.RUN_ID, lit("r20260101T000000-000000"));
    values.put("completion", concat(repeat(lit(ANSWER), 6), hex(col(Columns.FINGERPRINT))));
    values.put("finish_reason", lit("STOP"));
    values.put("raw_finish_reason", lit("stop"));
    values.put("response_model", lit("gpt-4o-mini-2024"));
    values.put("response_id", concat(lit("chatcmpl-"), hex(col(Columns.FINGERPRINT))));
    values.put("input_tokens", lit(100));
    values.put("output_tokens", lit(70));
    values.put("cost_usd", lit("0.000057"));
    values.put("latency_ms", expr("1000 + pmod(xxhash64(fingerprint), 1000)"));
    values.put("attempts", lit(1));
    values.put(
        StoreColumns.COMPLETED_AT,
        expr("timestamp_seconds(1767225600 + pmod(xxhash64(fingerprint), 86400 * " + DAYS + "))"));
    values.put(
        StoreColumns.DAY,
        expr("string(date'2026-01-01' + int(pmod(xxhash64(fingerprint), 86400 * 4) / 86400))"));
    return fingerprints.select(
        Arrays.stream(StoreColumns.SCHEMA.fields())
            .map(field -> column(field, values))
            .toArray(Column[]::new));
  }

  private static Column column(StructField field, Map<String, Column> values) {
    return values
        .getOrDefault(field.name(), lit(null))
        .cast(field.dataType())
        .as(field.name(), field.metadata());
  }
}

package io.penstock.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.substring;

import io.penstock.config.JobSpec;
import io.penstock.domain.Fingerprint;
import io.penstock.lake.Columns;
import io.penstock.report.ReportFigures.Sample;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.jspecify.annotations.Nullable;

/**
 * The rows that a report shows with their texts: of each model, and of each kind of failure, as
 * many as {@code report.samples} says, the first by fingerprint. Runs nothing where that is 0.
 */
final class SampleTexts {
  /** Of a text. */
  static final int MOST_CHARACTERS = 2_000;

  /** Of a report, however many models and kinds there are. */
  private static final int MOST_ROWS = 200;

  private static final String PROMPT = "prompt";

  private final JobSpec spec;

  SampleTexts(JobSpec spec) {
    this.spec = spec;
  }

  /**
   * @param rows of {@link LinkStage}
   */
  List<Sample> of(Dataset<Row> results, Supplier<Dataset<Row>> rows) {
    if (spec.report().samples() == 0) {
      return List.of();
    }
    List<Row> samples = samples(results);
    Map<String, String> prompts = prompts(samples, rows.get());
    return samples.stream().map(row -> sample(row, prompts)).toList();
  }

  private List<Row> samples(Dataset<Row> results) {
    Column number =
        row_number().over(Window.partitionBy("model", "kind").orderBy(Columns.FINGERPRINT, "id"));
    return results
        .select(
            RowNames.of(spec).as("id"),
            result(Columns.MODEL_NAME).as("model"),
            result("served_from").as("served"),
            result(Columns.ERROR_KIND).as("kind"),
            result(Columns.FINGERPRINT).as(Columns.FINGERPRINT),
            substring(result("completion"), 1, MOST_CHARACTERS + 1).as("completion"))
        .withColumn("number", number)
        .where(col("number").leq(spec.report().samples()))
        .orderBy("number", "model", "kind") // so that each has some
        .limit(MOST_ROWS)
        .orderBy("model", "kind", "number")
        .collectAsList();
  }

  /** By fingerprint; those of models that were asked after others are not there. */
  private static Map<String, String> prompts(List<Row> samples, Dataset<Row> rows) {
    Object[] fingerprints =
        samples.stream()
            .map(row -> row.<@Nullable String>getAs(Columns.FINGERPRINT))
            .filter(Objects::nonNull)
            .distinct()
            .map(text -> Fingerprint.parse(text).toBytes())
            .toArray();
    String text = "array_join(transform(messages, m -> concat(m.role, ': ', m.content)), '\\n\\n')";
    Map<String, String> prompts = new HashMap<>();
    rows.where(col(Columns.FINGERPRINT).isin(fingerprints))
        .select(col(Columns.FINGERPRINT), substring(expr(text), 1, MOST_CHARACTERS + 1).as(PROMPT))
        .dropDuplicates(Columns.FINGERPRINT)
        .collectAsList()
        .forEach(row -> prompts.put(Fingerprint.of(row.getAs(0)).toString(), row.getString(1)));
    return prompts;
  }

  private static Sample sample(Row row, Map<String, String> prompts) {
    String fingerprint = row.getAs(Columns.FINGERPRINT);
    return new Sample(
        row.getAs("id"),
        row.getAs("model"),
        row.getAs("served"),
        row.getAs("kind"),
        fingerprint == null ? null : cut(prompts.get(fingerprint)),
        cut(row.getAs("completion")));
  }

  private static @Nullable String cut(@Nullable String text) {
    return Optional.ofNullable(text)
        .map(
            whole ->
                whole.length() <= MOST_CHARACTERS
                    ? whole
                    : whole.substring(0, MOST_CHARACTERS) + " […]")
        .orElse(null);
  }

  private Column result(String name) {
    return RowNames.result(spec, name);
  }
}

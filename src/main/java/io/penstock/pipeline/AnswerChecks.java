package io.penstock.pipeline;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;

import io.penstock.config.JobSpec.CheckSpec;
import io.penstock.lake.Columns;
import io.penstock.store.StoreColumns;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** What a good answer fulfils, as the job file's cascade says. */
final class AnswerChecks {
  /** Of an answer, what SQL sees beside the input's columns. */
  static final List<String> ANSWER =
      List.of("completion", "tool_calls", "finish_reason", "input_tokens", "output_tokens");

  private final List<CheckSpec> checks;

  AnswerChecks(List<CheckSpec> checks) {
    this.checks = List.copyOf(checks);
  }

  /** Whether checks look at the input's columns. */
  boolean needInput() {
    return checks.stream().map(CheckSpec::sql).anyMatch(Objects::nonNull);
  }

  /**
   * Before anything is paid. Runs nothing.
   *
   * @param input the input's columns
   * @throws InvalidInputException when SQL does not parse, is not deterministic, or names a column
   *     that is not there
   */
  void require(Dataset<Row> input) {
    if (!needInput()) {
      return;
    }
    StructType seen = input.schema();
    for (String name : ANSWER) {
      if (Arrays.stream(input.columns()).anyMatch(name::equalsIgnoreCase)) {
        throw new InvalidInputException(
            "cascade: the input has a column named "
                + name
                + ", which checks give another meaning");
      }
      StructField field = StoreColumns.SCHEMA.apply(name);
      seen = seen.add(name, field.dataType());
    }
    Dataset<Row> rows = input.sparkSession().createDataFrame(List.of(), seen);
    for (int i = 0; i < checks.size(); i++) {
      if (checks.get(i).sql() != null) {
        SqlRules.where("cascade.unless[" + i + "].sql", rows, checks.get(i).sql());
      }
    }
  }

  /** Over rows with the columns of an answer, and the input's where checks need them. */
  Column isGood() {
    return checks.stream()
        .map(AnswerChecks::isGood)
        .map(good -> coalesce(good, lit(false)))
        .reduce(lit(true), Column::and);
  }

  private static Column isGood(CheckSpec check) {
    if (check.finishReason() != null) {
      return col("finish_reason").isin(check.finishReason().toArray());
    }
    if (check.matches() != null) {
      return col("completion").rlike(check.matches());
    }
    if (check.schema() != null) {
      return lit(true); // else it would be a failure
    }
    return expr(String.valueOf(check.sql()));
  }

  /** The columns of the input and of the answer, at the top as SQL names them. */
  List<Column> visible() {
    List<Column> answer = ANSWER.stream().map(name -> col(name)).toList();
    return needInput()
        ? Stream.concat(Stream.of(col(Columns.INPUT + ".*")), answer.stream()).toList()
        : answer;
  }
}

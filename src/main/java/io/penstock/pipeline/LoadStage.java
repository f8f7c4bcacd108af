package io.penstock.pipeline;

import static org.apache.spark.sql.functions.expr;

import io.penstock.config.JobSpec.InputSpec;
import io.penstock.lake.Columns;
import io.penstock.lake.LakeTable;
import io.penstock.yaml.NearestName;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The job's input: files or a table, with further columns and a condition. Lazy but for schema
 * inference.
 */
final class LoadStage {
  /** Of columns that stages add to the input's. */
  static final String RESERVED_PREFIX = "_penstock_";

  /** What Spark's json reader calls a line that it cannot read. */
  private static final String CORRUPT_RECORD = "_corrupt_record";

  private final SparkSession spark;
  private final InputSpec input;
  private final String outputPrefix;
  private final List<String> furtherResults;

  /**
   * @param furtherResults names of result columns beside {@link Columns#RESULTS}
   */
  LoadStage(SparkSession spark, InputSpec input, String outputPrefix, List<String> furtherResults) {
    this.spark = spark;
    this.input = input;
    this.outputPrefix = outputPrefix;
    this.furtherResults = List.copyOf(furtherResults);
  }

  /**
   * Columns of the input, then {@code input.columns}.
   *
   * @throws InvalidInputException when it cannot be read or its columns do not fit
   */
  Dataset<Row> apply() {
    Dataset<Row> read = read();
    checkReadable(read);
    Dataset<Row> extended = read;
    for (Map.Entry<String, String> column : input.columns().entrySet()) {
      extended = withColumn(extended, column.getKey(), column.getValue());
    }
    Dataset<Row> rows =
        input.where() == null ? extended : SqlRules.where("input.where", extended, input.where());
    checkNames(rows);
    return rows;
  }

  private Dataset<Row> read() {
    if (input.table() != null) {
      return SqlRules.attempt(
          "input.table " + input.table(), () -> LakeTable.table(spark, input.table()));
    }
    return SqlRules.attempt(
        "input.path " + input.path() + " cannot be read as " + input.format(),
        () ->
            LakeTable.files(spark, input.format(), String.valueOf(input.path()), input.options()));
  }

  private void checkReadable(Dataset<Row> read) {
    List<String> names = List.of(read.columns());
    if (names.isEmpty() || names.equals(List.of(CORRUPT_RECORD))) {
      throw new InvalidInputException(
          "input.path "
              + input.path()
              + " cannot be read as "
              + input.format()
              + ": no column was found in it");
    }
  }

  private static Dataset<Row> withColumn(Dataset<Row> rows, String name, String sql) {
    String key = "input.columns." + name;
    if (Arrays.stream(rows.columns()).anyMatch(name::equalsIgnoreCase)) {
      throw new InvalidInputException(
          key + ": the input has a column of that name; choose another");
    }
    return SqlRules.attempt(
        key, () -> SqlRules.deterministic(key, rows.withColumn(name, expr(sql))));
  }

  private void checkNames(Dataset<Row> rows) {
    List<String> clashes = Columns.clashes(rows.schema(), outputPrefix, furtherResults);
    if (!clashes.isEmpty()) {
      throw new InvalidInputException(
          "The input has columns named as result columns are: "
              + String.join(", ", clashes)
              + ". Set output.prefix to rename ours (run_id, the partition column, keeps its name: rename the input's)");
    }
    for (String name : rows.columns()) {
      if (name.toLowerCase(Locale.ROOT).startsWith(RESERVED_PREFIX)) {
        throw new InvalidInputException(
            "The input's column " + name + " has a name that Penstock uses itself: rename it");
      }
    }
    if (input.id() != null) {
      requireColumn(rows, input.id(), "input.id");
    }
  }

  static void requireColumn(Dataset<Row> rows, String name, String key) {
    List<String> names = List.of(rows.columns());
    if (!names.contains(name)) {
      throw new InvalidInputException(
          key + ": the input has no column '" + name + "'; " + NearestName.hint(name, names));
    }
  }
}

package io.penstock.pipeline;

import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** What SQL in a job file may say. */
final class SqlRules {
  private SqlRules() {}

  /**
   * @param key where the expression stands in the job file
   * @throws InvalidInputException when it gives another value each time, such as {@code rand()}
   */
  static Dataset<Row> deterministic(String key, Dataset<Row> rows) {
    if (!rows.queryExecution().analyzed().deterministic()) {
      throw new InvalidInputException(
          key
              + ": is not deterministic (rand, uuid and the like); a run could then not be continued");
    }
    return rows;
  }

  /**
   * The rows that fulfil a condition. Lazy.
   *
   * @param key where it stands in the job file
   * @throws InvalidInputException when it is none, names what is not there or is not deterministic
   */
  static Dataset<Row> where(String key, Dataset<Row> rows, String condition) {
    return attempt(key, () -> deterministic(key, rows.where(condition)));
  }

  /**
   * @param what is said to have failed
   * @throws InvalidInputException for whatever goes wrong
   */
  static <T> T attempt(String what, Supplier<T> action) {
    try {
      return action.get();
    } catch (InvalidInputException e) {
      throw e;
    } catch (Exception e) { // Spark throws checked AnalysisExceptions that Scala does not declare
      throw InvalidInputException.because(what, e);
    }
  }
}

package io.penstock.pipeline;

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
}

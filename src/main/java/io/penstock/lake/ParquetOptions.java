package io.penstock.lake;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** Options of Parquet writers. */
public final class ParquetOptions {
  private ParquetOptions() {}

  /**
   * For columns that have hardly a value twice, in no order: without dictionaries, which would be
   * built and given up again, and without the least and largest value, which say nothing there.
   * Both cost more than writing the values does. (Statistics by column: Parquet from 1.15 on, of
   * Spark 4; earlier ones do not know the option.)
   *
   * @param columns with dots between the names of nested ones
   */
  public static Map<String, String> distinct(Collection<String> columns) {
    Map<String, String> options = new HashMap<>();
    for (String column : columns) {
      options.put("parquet.enable.dictionary#" + column, "false");
      options.put("parquet.column.statistics.enabled#" + column, "false");
    }
    return options;
  }
}

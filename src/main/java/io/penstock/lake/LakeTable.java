package io.penstock.lake;

import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Reads a table or files of the lake. Lazy but for schema inference. */
public final class LakeTable {
  /** RFC 4180 with a header line: doubled quotes, line feeds inside quotes. */
  private static final Map<String, String> CSV_DEFAULTS =
      Map.of("header", "true", "multiLine", "true", "escape", "\"");

  private LakeTable() {}

  public static Dataset<Row> table(SparkSession spark, String name) {
    return spark.read().table(name);
  }

  /**
   * @param format parquet, json, csv or orc
   * @param options of Spark's reader, over our defaults; their names ignore letter case
   */
  public static Dataset<Row> files(
      SparkSession spark, String format, String path, Map<String, String> options) {
    Map<String, String> all = new HashMap<>();
    if (format.equals("csv")) {
      all.putAll(CSV_DEFAULTS);
    }
    options.forEach(
        (name, value) -> {
          all.keySet().removeIf(name::equalsIgnoreCase);
          all.put(name, value);
        });
    return spark.read().format(format).options(all).load(path);
  }
}

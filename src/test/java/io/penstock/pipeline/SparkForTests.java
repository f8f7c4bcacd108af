package io.penstock.pipeline;

import io.penstock.cluster.PenstockPlugin;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The Spark session that stage tests share, set as the command sets its own. */
public final class SparkForTests {
  private SparkForTests() {}

  /** To be fetched anew by each test: another test class may have stopped the one before. */
  public static SparkSession session() {
    return SparkSession.builder()
        .master("local[4]")
        .config("spark.plugins", PenstockPlugin.class.getName())
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.ansi.enabled", "false")
        .getOrCreate();
  }

  public static Dataset<Row> sql(String query) {
    return session().sql(query);
  }

  public static Configuration hadoop() {
    return session().sparkContext().hadoopConfiguration();
  }

  /** The rows' values of one column that is a string. */
  static List<String> texts(Dataset<Row> rows, String expression) {
    return rows.selectExpr(expression + " as text").collectAsList().stream()
        .map(row -> row.getString(0))
        .toList();
  }

  /** Rows of the SQL expressions, without a table to take them from. */
  static Dataset<Row> row(String... expressions) {
    return sql("select " + String.join(", ", Arrays.asList(expressions)));
  }
}

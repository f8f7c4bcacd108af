package io.penstock.pipeline;

import com.holdenkarau.spark.testing.JavaDataFrameSuiteBase;
import java.util.Arrays;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SQLContext;
import org.apache.spark.sql.SparkSession;

/**
 * The assertions of spark-testing-base over the tests' own session: its suites start sessions by
 * annotations of JUnit 4, which Jupiter does not know.
 */
public final class SparkAssert extends JavaDataFrameSuiteBase {
  private final transient SparkSession session = SparkForTests.session();

  /** The same rows in any order, the same names and types; nullability is not compared. */
  public static void assertSameRows(Dataset<Row> expected, Dataset<Row> actual) {
    new SparkAssert().assertDataFrameNoOrderEquals(nullable(expected), nullable(actual));
  }

  /** The same rows in the same order, the same names and types; nullability is not compared. */
  public static void assertSameSequence(Dataset<Row> expected, Dataset<Row> actual) {
    new SparkAssert().assertDataFrameEquals(nullable(expected), nullable(actual));
  }

  /** Without dots in names, which the assertions would take for paths. */
  private static Dataset<Row> nullable(Dataset<Row> rows) {
    String[] names =
        Arrays.stream(rows.columns()).map(name -> name.replace('.', '·')).toArray(String[]::new);
    return SparkForTests.session()
        .createDataFrame(rows.collectAsList(), rows.schema().asNullable())
        .toDF(names)
        .coalesce(1);
  }

  @Override
  public SparkContext sc() {
    return session.sparkContext();
  }

  @Override
  public SparkSession spark() {
    return session;
  }

  @Override
  public SQLContext sqlContext() {
    return session.sqlContext();
  }
}

package io.penstock.pipeline;

import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;

/** What the Spark jobs of this thread are called in Spark's UI until it is closed. */
final class JobDescription implements AutoCloseable {
  private static final String PROPERTY = "spark.job.description";

  private final JavaSparkContext spark;
  private final @Nullable String theirs;

  /**
   * @param doing in words
   */
  JobDescription(JavaSparkContext spark, String doing) {
    this.spark = spark;
    this.theirs = spark.getLocalProperty(PROPERTY);
    spark.setLocalProperty(PROPERTY, of(doing));
  }

  static String of(String doing) {
    return "infer: " + doing;
  }

  @Override
  public void close() {
    spark.setLocalProperty(PROPERTY, theirs);
  }
}

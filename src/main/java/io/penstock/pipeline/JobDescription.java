package io.penstock.pipeline;

import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;

/** What the Spark jobs of this thread are called until it is closed. */
final class JobDescription implements AutoCloseable {
  private static final String PROPERTY = "spark.job.description";

  private final JavaSparkContext spark;
  private final @Nullable String theirs;

  JobDescription(JavaSparkContext spark, String text) {
    this.spark = spark;
    this.theirs = spark.getLocalProperty(PROPERTY);
    spark.setLocalProperty(PROPERTY, text);
  }

  @Override
  public void close() {
    spark.setLocalProperty(PROPERTY, theirs);
  }
}

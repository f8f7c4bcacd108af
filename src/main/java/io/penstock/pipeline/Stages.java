package io.penstock.pipeline;

import io.penstock.progress.RunProgress;
import org.apache.spark.api.java.JavaSparkContext;

/** Names what is under way. */
record Stages(JavaSparkContext spark, RunProgress progress) {
  /**
   * @param name one word
   * @param words for people
   */
  StageScope begin(String name, String words) {
    return new StageScope(spark, progress, name, words);
  }
}

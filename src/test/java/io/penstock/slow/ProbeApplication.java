package io.penstock.slow;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * The smallest application that shows whether the cluster works: its tasks wait until a file is
 * there.
 */
public final class ProbeApplication {
  private static final int TASKS = 4;
  private static final int PAUSE_MILLIS = 50;

  private ProbeApplication() {}

  /**
   * @param arguments path of the file
   */
  public static void main(String[] arguments) {
    String file = arguments[0];
    try (JavaSparkContext spark = new JavaSparkContext(new SparkConf().setAppName("probe"))) {
      spark
          .parallelize(List.of(1, 2, 3, 4), TASKS)
          .foreach(
              number -> {
                while (!Files.exists(Path.of(file))) {
                  Thread.sleep(PAUSE_MILLIS);
                }
              });
    }
  }
}

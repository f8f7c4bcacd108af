package io.penstock.pipeline;

import io.penstock.cluster.PenstockPlugin;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;

/**
 * A Spark session that somebody else started, such as a notebook's, without Penstock's plugin: the
 * driver can lease nothing to its executors.
 */
final class ForeignSession {
  private static final String DIVIDE = "divide";
  private static final String MAX_EXECUTORS = "spark.dynamicAllocation.maxExecutors";

  private final SparkContext spark;
  private final String limitsWithoutPlugin;

  ForeignSession(SparkContext spark, String limitsWithoutPlugin) {
    this.spark = spark;
    this.limitsWithoutPlugin = limitsWithoutPlugin;
  }

  /**
   * Each executor gets an equal part of every limit.
   *
   * @throws InvalidInputException unless the job allows it, or when nobody knows how many executors
   *     there will be, or there are too many of them
   */
  RuntimeSettings.Undriven divide(JobSetup setup) {
    if (!limitsWithoutPlugin.equals(DIVIDE)) {
      throw new InvalidInputException(
          ("this Spark session has no Penstock plugin, so nobody holds the account's limits for all of its"
                  + " executors: set spark.plugins=%s before the session starts, or accept limits that are"
                  + " divided by the number of executors: limits_without_plugin: divide")
              .formatted(PenstockPlugin.class.getName()));
    }
    if (spark.getConf().getBoolean("spark.speculation", false)) {
      throw new InvalidInputException(
          "spark.speculation is on in this session: a copy of a task would pay for the same calls again");
    }
    int executors = executors();
    for (JobSetup.Model model : setup.models()) {
      requireDivisible(model, setup, executors);
    }
    return new RuntimeSettings.Undriven(
        executors, setup.models().stream().map(JobSetup.Model::secrets).distinct().toList());
  }

  private static void requireDivisible(JobSetup.Model model, JobSetup setup, int executors) {
    try {
      LimitWiring.limits(model, setup.spec().concurrency()).dividedBy(executors);
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(String.valueOf(e.getMessage()));
    }
  }

  /** As many as there will be at the most. */
  private int executors() {
    SparkConf settings = spark.getConf();
    int now =
        Math.max(1, spark.statusTracker().getExecutorInfos().length - (spark.isLocal() ? 0 : 1));
    int wanted = settings.getInt("spark.executor.instances", 1);
    if (!settings.getBoolean("spark.dynamicAllocation.enabled", false)) {
      return Math.max(now, wanted);
    }
    if (!settings.contains(MAX_EXECUTORS)) {
      throw new InvalidInputException(
          "limits_without_plugin: divide needs to know how many executors there will be: set "
              + MAX_EXECUTORS);
    }
    return Math.max(now, settings.getInt(MAX_EXECUTORS, now));
  }
}

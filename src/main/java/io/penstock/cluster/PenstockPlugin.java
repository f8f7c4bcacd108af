package io.penstock.cluster;

import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.SparkPlugin;

/** What Spark starts with the session when {@code spark.plugins} holds this class's name. */
public final class PenstockPlugin implements SparkPlugin {
  @Override
  public DriverPlugin driverPlugin() {
    return new DriverCoordinator(System::nanoTime);
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new ExecutorAgent(System::nanoTime);
  }
}

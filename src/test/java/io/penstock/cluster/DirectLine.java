package io.penstock.cluster;

import com.codahale.metrics.MetricRegistry;
import io.penstock.cluster.Messages.RenewalReply;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.SparkConf;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.resource.ResourceInformation;
import org.jspecify.annotations.Nullable;

/** An executor's line to a coordinator, without Spark between them. */
final class DirectLine implements PluginContext {
  private final String executorId;
  private final DriverCoordinator driver;
  private @Nullable String mount;
  private volatile boolean cut;
  final AtomicInteger asks = new AtomicInteger();

  DirectLine(String executorId, DriverCoordinator driver) {
    this.executorId = executorId;
    this.driver = driver;
  }

  /** Whatever folder is meant, this one is seen. */
  DirectLine seeing(String folder) {
    mount = folder;
    return this;
  }

  void cut() {
    cut = true;
  }

  void mend() {
    cut = false;
  }

  /** No exception: not even that may end the asking. */
  private static final class NoRouteError extends Error {
    NoRouteError(String message) {
      super(message);
    }
  }

  @Override
  public Object ask(Object message) throws Exception {
    asks.incrementAndGet();
    if (cut) {
      throw new NoRouteError("no route to the driver");
    }
    Object reply = driver.receive(message);
    return Wire.read((byte[]) reply) instanceof RenewalReply renewal
        ? Wire.write(elsewhere(renewal))
        : reply;
  }

  private RenewalReply elsewhere(RenewalReply reply) {
    RunOrder order = reply.proofOrder();
    return mount == null || order == null
        ? reply
        : new RenewalReply(
            reply.runId(),
            reply.token(),
            reply.refusal(),
            reply.stopReason(),
            new RunOrder(order.runId(), List.of(mount), order.hadoop()),
            reply.allowances(),
            reply.purses());
  }

  @Override
  public String executorID() {
    return executorId;
  }

  @Override
  public String hostname() {
    throw new UnsupportedOperationException("executors of a cluster have none");
  }

  @Override
  public MetricRegistry metricRegistry() {
    return new MetricRegistry();
  }

  @Override
  public SparkConf conf() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Map<String, ResourceInformation> resources() {
    return Map.of();
  }

  @Override
  public void send(Object message) {
    throw new UnsupportedOperationException();
  }
}

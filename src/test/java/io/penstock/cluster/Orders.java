package io.penstock.cluster;

import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.util.SerializableConfiguration;

/** Runs' orders for tests. */
final class Orders {
  private Orders() {}

  static RunOrder order(String runId, Object... folders) {
    return new RunOrder(
        runId,
        List.of(folders).stream().map(Object::toString).toList(),
        new SerializableConfiguration(new Configuration(false)));
  }
}

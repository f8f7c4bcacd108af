package io.penstock.cluster;

import io.penstock.limit.Governor;
import java.time.InstantSource;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.util.SerializableConfiguration;

/** Runs' orders for tests. */
final class Orders {
  private Orders() {}

  static Governor noLimits() {
    return new Governor(List.of(), () -> 0, InstantSource.system());
  }

  static RunOrder order(String runId, Object... folders) {
    return new RunOrder(
        runId,
        List.of(folders).stream().map(Object::toString).toList(),
        new SerializableConfiguration(new Configuration(false)));
  }
}

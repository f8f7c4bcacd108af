package io.penstock.cluster;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.util.SerializableConfiguration;

/**
 * What executors must know of a run before they may call.
 *
 * @param runId also names a folder
 * @param sharedFolders which driver and executors must see alike; any Hadoop path, absolute
 * @param hadoop how the folders are reached
 */
public record RunOrder(String runId, List<String> sharedFolders, SerializableConfiguration hadoop)
    implements Serializable {
  public RunOrder {
    sharedFolders = List.copyOf(sharedFolders);
  }
}

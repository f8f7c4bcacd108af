package io.penstock.simulator;

import io.penstock.simulator.batch.BatchState;

/** A provider's lines of batches. Thread-safe. */
interface BatchLines {
  /** The member of a request that holds its body. */
  String bodyName();

  byte[] succeeded(String customId, String requestId, byte[] body);

  /**
   * @param error as the dialect words it in realtime
   */
  byte[] failed(String customId, String requestId, int status, byte[] error);

  /** Of a request that was not done when its batch ended. */
  byte[] leftOver(String customId, BatchState end);
}

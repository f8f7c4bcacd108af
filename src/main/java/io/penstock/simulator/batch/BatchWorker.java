package io.penstock.simulator.batch;

import java.io.IOException;

/** Answers the requests of one batch. Thread-safe. */
public interface BatchWorker {
  /**
   * A request that is worked off.
   *
   * @param line of the results, without its end
   */
  record Worked(DoneRequest done, byte[] line) {}

  /** What comes of a request, whether it succeeds or not. */
  Worked work(byte[] request) throws IOException;

  /**
   * The result line of a request that was not done when its batch ended.
   *
   * @param end EXPIRED or CANCELLED
   */
  byte[] leftOver(byte[] request, BatchState end) throws IOException;
}

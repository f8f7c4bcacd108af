package io.penstock.provider;

import java.io.IOException;

/** Takes the results of a batch, one after the other, on the thread that asked for them. */
public interface ResultLines {
  /**
   * @throws IOException ends the reading, and is thrown on as it is
   */
  void line(BatchLine line) throws IOException;
}

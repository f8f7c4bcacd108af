package io.penstock.simulator;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a call of a Batch API is answered with.
 *
 * @param json the body; empty where it is a file
 * @param file the body; null where it is JSON
 * @param delay how long the caller waits for it
 * @param lost true where the connection is closed instead
 */
record BatchReply(
    int status,
    byte[] json,
    @Nullable Path file,
    String contentType,
    Duration delay,
    boolean lost) {
  private static final int OK = 200;
  private static final String JSON = "application/json";

  static BatchReply json(byte[] json) {
    return json(OK, json);
  }

  static BatchReply json(int status, byte[] json) {
    return new BatchReply(status, json, null, JSON, Duration.ZERO, false);
  }

  static BatchReply file(Path file, String contentType) {
    return new BatchReply(OK, new byte[0], file, contentType, Duration.ZERO, false);
  }

  BatchReply after(Duration wait) {
    return new BatchReply(status, json, file, contentType, wait, lost);
  }

  BatchReply lostIf(boolean isLost) {
    return new BatchReply(status, json, file, contentType, delay, isLost);
  }
}

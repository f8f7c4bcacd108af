package io.penstock.provider.http;

import java.io.Closeable;
import java.io.IOException;
import okhttp3.Response;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a body, one at a time; no more than one is held. Blank lines are left out, and those
 * that are longer than any answer. Confined to one thread.
 */
final class ResultStream implements Closeable {
  private static final byte LINE_FEED = '\n';
  private static final long CHUNK_BYTES = 8 * 1024;

  private final Response response;
  private final BufferedSource source;
  private final long maxLineBytes;
  private long tooLong;
  private boolean isUnended;

  ResultStream(Response response, long maxLineBytes) {
    this.response = response;
    this.source = response.body().source();
    this.maxLineBytes = maxLineBytes;
  }

  /**
   * Null at the end.
   *
   * @throws IOException when the body breaks off
   */
  byte @Nullable [] next() throws IOException {
    while (true) {
      long end = source.indexOf(LINE_FEED, 0, maxLineBytes);
      if (end < 0 && source.request(maxLineBytes)) {
        tooLong++;
        skipLine();
        continue;
      }
      byte[] line = end < 0 ? source.readByteArray() : source.readByteArray(end);
      if (end >= 0) {
        source.skip(1);
      }
      if (!isBlank(line)) {
        isUnended = end < 0;
        return line;
      }
      if (end < 0) {
        return null;
      }
    }
  }

  /** Whether the line last read came without a line feed: it may be part of one. */
  boolean isUnended() {
    return isUnended;
  }

  /** Lines left out because of their length. */
  long tooLong() {
    return tooLong;
  }

  private void skipLine() throws IOException {
    while (source.request(1)) {
      long end = source.indexOf(LINE_FEED, 0, CHUNK_BYTES);
      if (end >= 0) {
        source.skip(end + 1);
        return;
      }
      source.skip(Math.min(CHUNK_BYTES, source.getBuffer().size()));
    }
  }

  private static boolean isBlank(byte[] line) {
    for (byte b : line) {
      if (b != ' ' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    response.close();
  }
}

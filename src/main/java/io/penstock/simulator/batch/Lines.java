package io.penstock.simulator.batch;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The lines of a file, of which one is in memory at a time. */
public final class Lines {
  private static final int BUFFER_BYTES = 1 << 16;

  private Lines() {}

  /** Takes one line after the other. */
  @FunctionalInterface
  public interface Taker {
    /**
     * @param line without its end
     * @param offset of its first byte in the file
     * @return false to stop
     */
    boolean take(byte[] line, long offset) throws IOException;
  }

  /** Goes through a file; an end of line at the end of the file begins no further line. */
  public static void of(Path file, Taker taker) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES)) {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      long begin = 0;
      for (int one = in.read(); one >= 0; one = in.read()) {
        if (one != '\n') {
          line.write(one);
          continue;
        }
        long length = line.size();
        if (!taker.take(line.toByteArray(), begin)) {
          return;
        }
        begin += length + 1;
        line.reset();
      }
      if (line.size() > 0) {
        taker.take(line.toByteArray(), begin);
      }
    }
  }
}

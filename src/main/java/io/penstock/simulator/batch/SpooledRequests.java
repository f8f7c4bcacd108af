package io.penstock.simulator.batch;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The requests of a batch, as bytes in a file of which only the places are held in memory, 12 bytes
 * each. Filled by one thread, then read by any. The file may be deleted while it is open.
 */
public final class SpooledRequests implements AutoCloseable {
  private static final int FIRST_PLACES = 64;

  private final FileChannel file;
  private long[] offsets = new long[FIRST_PLACES];
  private int[] lengths = new int[FIRST_PLACES];
  private int count;

  private SpooledRequests(FileChannel file) {
    this.file = file;
  }

  /** None yet. */
  public static SpooledRequests in(Path file) throws IOException {
    return new SpooledRequests(FileChannel.open(file));
  }

  /** Notes where the next request lies. */
  public void add(long offset, int length) {
    if (count == offsets.length) {
      offsets = Arrays.copyOf(offsets, count * 2);
      lengths = Arrays.copyOf(lengths, count * 2);
    }
    offsets[count] = offset;
    lengths[count] = length;
    count++;
  }

  public int count() {
    return count;
  }

  /**
   * @param number of the request, from 0
   */
  public byte[] read(int number) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(lengths[number]);
    long offset = offsets[number];
    while (bytes.hasRemaining()) {
      if (file.read(bytes, offset + bytes.position()) < 0) {
        throw new EOFException("The requests of a batch were cut short");
      }
    }
    return bytes.array();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}

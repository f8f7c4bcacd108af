package io.penstock.simulator.batch;

import io.penstock.domain.TokenUsage;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** The requests that a batch has worked off, in a file. Confined to its batch's lock. */
final class DoneLog implements AutoCloseable {
  private static final int ENTRY_BYTES = DoneRequest.BYTES + 2 * Long.BYTES;

  private final Path path;
  private final FileChannel file;
  private final List<String> models = new ArrayList<>();
  private long written;

  DoneLog(Path path) throws IOException {
    this.path = path;
    file =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ);
  }

  /**
   * @param succeededEnd bytes of the succeeded results up to and with this request
   * @param failedEnd bytes of the failed results likewise
   */
  record Entry(DoneRequest done, long succeededEnd, long failedEnd) {}

  void append(Entry entry) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(ENTRY_BYTES);
    entry.done().put(bytes, modelNumber(entry.done().model()));
    bytes.putLong(entry.succeededEnd()).putLong(entry.failedEnd()).flip();
    while (bytes.hasRemaining()) {
      written += file.write(bytes, written);
    }
  }

  private int modelNumber(String model) {
    int known = models.indexOf(model);
    if (known >= 0) {
      return known;
    }
    models.add(model);
    return models.size() - 1;
  }

  /**
   * @param number of the entry, from 0
   */
  Entry read(long number) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(ENTRY_BYTES);
    long offset = number * ENTRY_BYTES;
    while (bytes.hasRemaining()) {
      if (file.read(bytes, offset + bytes.position()) < 0) {
        throw new EOFException("A batch has not done request " + number);
      }
    }
    bytes.flip();
    boolean succeeded = bytes.get() == 1;
    String model = models.get(bytes.getInt());
    long identity = bytes.getLong();
    TokenUsage usage =
        new TokenUsage(
            bytes.getLong(),
            bytes.getLong(),
            bytes.getLong(),
            bytes.getLong(),
            bytes.getLong(),
            bytes.getLong());
    DoneRequest done = new DoneRequest(succeeded, model, identity, usage);
    return new Entry(done, bytes.getLong(), bytes.getLong());
  }

  @Override
  public void close() throws IOException {
    file.close();
    Files.deleteIfExists(path);
  }
}

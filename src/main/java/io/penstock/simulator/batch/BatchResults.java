package io.penstock.simulator.batch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The result lines of a batch: those of the requests that succeeded in one file, the others in
 * another, or all in one. Confined to its batch's lock.
 */
public final class BatchResults implements AutoCloseable {
  private final Part succeeded;
  private final Part failed;

  private BatchResults(Part succeeded, Part failed) {
    this.succeeded = succeeded;
    this.failed = failed;
  }

  /** Succeeded and failed requests apart. */
  public static BatchResults inTwoFiles(SpoolFolder folder) throws IOException {
    return new BatchResults(new Part(folder), new Part(folder));
  }

  /** All in one file. */
  public static BatchResults inOneFile(SpoolFolder folder) throws IOException {
    Part all = new Part(folder);
    return new BatchResults(all, all);
  }

  /** A file that is appended to. */
  private static final class Part {
    private final Path path;
    private final FileChannel file;
    private long bytes;

    Part(SpoolFolder folder) throws IOException {
      path = folder.newFile("results");
      file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    void append(byte[] line) throws IOException {
      ByteBuffer buffer = ByteBuffer.allocate(line.length + 1).put(line).put((byte) '\n').flip();
      while (buffer.hasRemaining()) {
        bytes += file.write(buffer, bytes);
      }
    }

    void cut(long end) throws IOException {
      file.truncate(end);
      bytes = end;
    }
  }

  /** Where the succeeded requests' lines are, or all lines. */
  public Path succeededPath() {
    return succeeded.path;
  }

  /** Where the other requests' lines are. */
  public Path failedPath() {
    return failed.path;
  }

  void appendSucceeded(byte[] line) throws IOException {
    succeeded.append(line);
  }

  void appendFailed(byte[] line) throws IOException {
    failed.append(line);
  }

  long succeededBytes() {
    return succeeded.bytes;
  }

  long failedBytes() {
    return failed.bytes;
  }

  /** Forgets the lines beyond. */
  void cut(long succeededEnd, long failedEnd) throws IOException {
    failed.cut(failedEnd);
    succeeded.cut(succeededEnd);
  }

  @Override
  public void close() throws IOException {
    succeeded.file.close();
    failed.file.close();
  }
}

package io.penstock.app;

import io.penstock.store.LocalDisk;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;

/**
 * A local disk under {@code failing://} on which some readers of a shard meet an error at its end,
 * when all its requests but the last few have been read.
 */
public final class FailingShardFileSystem extends LocalDisk {
  /** How many more readers fail; negative once others have read to the end. */
  static final AtomicInteger failures = new AtomicInteger();

  public FailingShardFileSystem() {
    super("failing");
  }

  @Override
  public FSDataInputStream open(Path path, int bufferSize) throws IOException {
    FSDataInputStream in = super.open(path, bufferSize);
    return path.toString().contains("/misses/") ? new FSDataInputStream(new FailingAtEnd(in)) : in;
  }

  private static final class FailingAtEnd extends org.apache.hadoop.fs.FSInputStream {
    private final FSDataInputStream in;

    FailingAtEnd(FSDataInputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      return ended(in.read());
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      return ended(in.read(bytes, offset, length));
    }

    private static int ended(int read) throws IOException {
      if (read < 0 && failures.getAndDecrement() > 0) {
        throw new IOException("the disk has a bad block at the end of a shard");
      }
      return read;
    }

    @Override
    public void seek(long position) throws IOException {
      in.seek(position);
    }

    @Override
    public long getPos() throws IOException {
      return in.getPos();
    }

    @Override
    public boolean seekToNewSource(long target) {
      return false;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}

package io.penstock.app;

import io.penstock.store.LocalDisk;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.Progressable;

/** A local disk under {@code full://} that has so much room for journals and no more. */
public final class FullDiskFileSystem extends LocalDisk {
  /** Bytes that are left. */
  static final AtomicLong room = new AtomicLong();

  public FullDiskFileSystem() {
    super("full");
  }

  @Override
  public FSDataOutputStream create(
      Path path,
      boolean overwrite,
      int bufferBytes,
      short replication,
      long blockBytes,
      Progressable progress)
      throws IOException {
    FSDataOutputStream file =
        super.create(path, overwrite, bufferBytes, replication, blockBytes, progress);
    boolean journal = path.toString().contains("/journal/");
    return journal ? new Limited(file) : file;
  }

  /** Can be flushed, as the file below. */
  private static final class Limited extends FSDataOutputStream {
    private final FSDataOutputStream file;

    Limited(FSDataOutputStream file) throws IOException {
      super(new Counted(file), null);
      this.file = file;
    }

    @Override
    public boolean hasCapability(String capability) {
      return file.hasCapability(capability);
    }

    @Override
    public void hflush() throws IOException {
      file.hflush();
    }
  }

  private static final class Counted extends FilterOutputStream {
    Counted(OutputStream file) {
      super(file);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (room.addAndGet(-length) < 0) {
        throw new IOException("No space left on device");
      }
      out.write(bytes, offset, length);
    }
  }
}

package io.penstock.store;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.Progressable;

/**
 * Local disks that behave as an object store does: a file cannot be flushed and is seen only when
 * it is closed. Closing fails when the hidden file is gone.
 */
public final class HiddenUntilClosed extends LocalDisk {
  private static final String SCHEME = "unflushed";

  /** Prefix of a file's name until it is closed. */
  static final String HIDDEN = ".";

  static Configuration register(Configuration hadoop) {
    hadoop.set("fs." + SCHEME + ".impl", HiddenUntilClosed.class.getName());
    return hadoop;
  }

  static String pathOf(java.nio.file.Path path) {
    return SCHEME + "://" + path;
  }

  public HiddenUntilClosed() {
    super(SCHEME);
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
    Path hidden = new Path(path.getParent(), HIDDEN + path.getName());
    OutputStream file =
        super.create(hidden, overwrite, bufferBytes, replication, blockBytes, progress);
    return new FSDataOutputStream(new ShownOnClose(file, hidden, path), null);
  }

  private final class ShownOnClose extends FilterOutputStream {
    private final Path hidden;
    private final Path path;

    ShownOnClose(OutputStream file, Path hidden, Path path) {
      super(file);
      this.hidden = hidden;
      this.path = path;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      super.close();
      if (!pathToFile(hidden).renameTo(pathToFile(path))) {
        throw new IOException("Could not show " + path);
      }
    }
  }
}

package io.penstock.store;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * Local disks under {@code dying://} which after so many changes take no further one, so that what
 * is there is what a kill at that moment would leave.
 */
public final class DyingFileSystem extends LocalDisk {
  private static final String SCHEME = "dying";

  private static int changesLeft;
  private static boolean dead;

  public static Configuration register(Configuration hadoop) {
    hadoop.set("fs." + SCHEME + ".impl", DyingFileSystem.class.getName());
    return hadoop;
  }

  public static String pathOf(java.nio.file.Path path) {
    return SCHEME + "://" + path;
  }

  /** The change after so many is the first that fails. */
  public static synchronized void dieAfter(int changes) {
    changesLeft = changes;
    dead = false;
  }

  public static synchronized void live() {
    dieAfter(Integer.MAX_VALUE);
  }

  public static synchronized boolean isDead() {
    return dead;
  }

  private static synchronized void change() throws IOException {
    if (dead || changesLeft-- <= 0) {
      dead = true;
      throw new IOException("killed");
    }
  }

  public DyingFileSystem() {
    super(SCHEME);
  }

  @Override
  public boolean mkdirs(Path path) throws IOException {
    if (!exists(path)) {
      change();
    }
    return super.mkdirs(path);
  }

  @Override
  public boolean mkdirs(Path path, FsPermission permission) throws IOException {
    if (!exists(path)) {
      change();
    }
    return super.mkdirs(path, permission);
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    change();
    return super.rename(from, to);
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    if (exists(path)) {
      change();
    }
    return super.delete(path, recursive);
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
    change();
    return mortal(super.create(path, overwrite, bufferBytes, replication, blockBytes, progress));
  }

  @Override
  public FSDataOutputStream create(
      Path path,
      FsPermission permission,
      boolean overwrite,
      int bufferBytes,
      short replication,
      long blockBytes,
      Progressable progress)
      throws IOException {
    change();
    return mortal(
        super.create(path, permission, overwrite, bufferBytes, replication, blockBytes, progress));
  }

  private static FSDataOutputStream mortal(OutputStream file) throws IOException {
    return new FSDataOutputStream(new MortalStream(file), null);
  }

  private static final class MortalStream extends FilterOutputStream {
    MortalStream(OutputStream file) {
      super(file);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (isDead()) {
        throw new IOException("killed");
      }
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      super.close();
      if (isDead()) {
        throw new IOException("killed");
      }
    }
  }
}

package io.penstock.store;

import java.net.URI;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** The local disks under a scheme of their own, for file systems that behave in some other way. */
public abstract class LocalDisk extends RawLocalFileSystem {
  private final String scheme;

  protected LocalDisk(String scheme) {
    this.scheme = scheme;
  }

  @Override
  public final URI getUri() {
    return URI.create(scheme + ":///");
  }

  @Override
  public final String getScheme() {
    return scheme;
  }
}

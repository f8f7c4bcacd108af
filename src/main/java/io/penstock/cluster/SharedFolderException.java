package io.penstock.cluster;

import java.io.IOException;

/** An executor does not see the driver's folders; the message names executor, host and folder. */
public final class SharedFolderException extends IOException {
  public SharedFolderException(String message) {
    super(message);
  }
}

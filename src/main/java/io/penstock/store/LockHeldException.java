package io.penstock.store;

import java.io.IOException;

/** Another execution of the job is alive; the message says where, and what to do. */
public final class LockHeldException extends IOException {
  private static final long serialVersionUID = 1;

  LockHeldException(String message) {
    super(message);
  }
}

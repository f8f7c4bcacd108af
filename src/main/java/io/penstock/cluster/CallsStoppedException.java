package io.penstock.cluster;

/** No further call of the run may start in this JVM; the message says why. */
public final class CallsStoppedException extends RuntimeException {
  public CallsStoppedException(String message) {
    super(message);
  }
}

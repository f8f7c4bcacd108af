package io.penstock.simulator.batch;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** A way in which batches go wrong on purpose; each has a fraction, 0 to 1. */
public enum BatchFault {
  /** A batch expires at its end with this fraction of its lines done. */
  EXPIRED,
  /** A batch is cancelled without being asked, with this fraction of its lines done. */
  CANCELLED_BY_PROVIDER,
  /** This fraction of the batches fails as a whole. */
  FAILED,
  /** This fraction of the uploads is kept, and the connection is closed without an answer. */
  LOST_UPLOAD,
  /** This fraction of the batches is made, and the connection is closed without an answer. */
  LOST_CREATE,
  /** This fraction of the lines is refused with 429, anew in each batch. */
  LINE_429,
  /** This fraction of the lines ends in an error 500, anew in each batch. */
  LINE_500,
  /** This fraction of the lines is refused as invalid, the same in each batch. */
  LINE_400;

  /** The name in the options. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<BatchFault> named(String word) {
    return Arrays.stream(values()).filter(fault -> fault.word().equals(word)).findFirst();
  }

  public static String words() {
    return Arrays.stream(values()).map(BatchFault::word).collect(Collectors.joining(", "));
  }
}

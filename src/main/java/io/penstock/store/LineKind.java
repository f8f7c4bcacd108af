package io.penstock.store;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What a line of a segment says; its first bytes tell, so that no line is parsed to be skipped. */
enum LineKind {
  HEADER("{\"" + ControlLine.FORMAT + "\":"),
  INTENT("{\"" + ControlLine.INTENT + "\":"),
  SETTLED("{\"" + ControlLine.SETTLED + "\":"),
  END("{\"" + ControlLine.END + "\":"),

  /** Whatever is none of the others. */
  ENTRY("");

  private static final LineKind[] ALL = values();

  private final byte[] beginning;

  LineKind(String beginning) {
    this.beginning = beginning.getBytes(StandardCharsets.US_ASCII);
  }

  static LineKind of(byte[] line, int offset, int length) {
    for (LineKind kind : ALL) {
      if (kind.begins(line, offset, length)) {
        return kind;
      }
    }
    return ENTRY;
  }

  private boolean begins(byte[] line, int offset, int length) {
    int end = offset + beginning.length;
    return length >= beginning.length
        && Arrays.equals(line, offset, end, beginning, 0, beginning.length);
  }
}

package io.penstock.store;

import java.util.HexFormat;
import java.util.zip.CRC32C;

/** One line of a journal segment: eight hex digits of a CRC-32C, a space, JSON, a line feed. */
final class LineFrame {
  private static final int CHECKSUM_DIGITS = 8;
  private static final int BITS_PER_DIGIT = 4;
  private static final HexFormat HEX = HexFormat.of();

  /** Position of the JSON in a line. */
  static final int HEADER_BYTES = CHECKSUM_DIGITS + 1;

  private LineFrame() {}

  /**
   * @param json without line feeds, as JSON writers escape them
   */
  static byte[] frame(byte[] json) {
    byte[] line = new byte[HEADER_BYTES + json.length + 1];
    System.arraycopy(json, 0, line, HEADER_BYTES, json.length);
    seal(line, 0, json.length);
    line[line.length - 1] = '\n';
    return line;
  }

  /**
   * Fills in what stands before the JSON of a line.
   *
   * @param start where the line begins; its JSON begins {@link #HEADER_BYTES} later
   */
  static void seal(byte[] buffer, int start, int jsonLength) {
    int checksum = checksum(buffer, start + HEADER_BYTES, jsonLength);
    for (int i = 0; i < CHECKSUM_DIGITS; i++) {
      buffer[start + i] = digit(checksum, i);
    }
    buffer[start + CHECKSUM_DIGITS] = ' ';
  }

  /**
   * @param line without its line feed
   */
  static boolean isWhole(byte[] line, int length) {
    if (length < HEADER_BYTES) {
      return false;
    }
    int expected = checksum(line, HEADER_BYTES, length - HEADER_BYTES);
    for (int i = 0; i < CHECKSUM_DIGITS; i++) {
      if (line[i] != digit(expected, i)) {
        return false;
      }
    }
    return true;
  }

  private static byte digit(int checksum, int position) {
    return (byte) HEX.toLowHexDigit(checksum >>> BITS_PER_DIGIT * (CHECKSUM_DIGITS - 1 - position));
  }

  private static int checksum(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}

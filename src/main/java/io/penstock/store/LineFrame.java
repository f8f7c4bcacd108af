package io.penstock.store;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/** One line of a journal segment: eight hex digits of a CRC-32C, a space, JSON, a line feed. */
final class LineFrame {
  private static final int CHECKSUM_DIGITS = 8;

  /** Position of the JSON in a line. */
  static final int HEADER_BYTES = CHECKSUM_DIGITS + 1;

  private LineFrame() {}

  /**
   * @param json without line feeds, as JSON writers escape them
   */
  static byte[] frame(byte[] json) {
    byte[] line = new byte[HEADER_BYTES + json.length + 1];
    System.arraycopy(checksum(json, 0, json.length), 0, line, 0, CHECKSUM_DIGITS);
    line[CHECKSUM_DIGITS] = ' ';
    System.arraycopy(json, 0, line, HEADER_BYTES, json.length);
    line[line.length - 1] = '\n';
    return line;
  }

  /**
   * @param line without its line feed
   */
  static boolean isWhole(byte[] line, int length) {
    if (length < HEADER_BYTES) {
      return false;
    }
    byte[] expected = checksum(line, HEADER_BYTES, length - HEADER_BYTES);
    for (int i = 0; i < CHECKSUM_DIGITS; i++) {
      if (line[i] != expected[i]) {
        return false;
      }
    }
    return true;
  }

  private static byte[] checksum(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return HexFormat.of().toHexDigits((int) crc.getValue()).getBytes(StandardCharsets.US_ASCII);
  }
}

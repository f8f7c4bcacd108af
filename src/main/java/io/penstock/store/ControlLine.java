package io.penstock.store;

import io.penstock.domain.Fingerprint;

/**
 * The lines of a segment that are no entries, as JSON: ASCII, and of values that need no escapes,
 * so that strings suffice to write and to read them.
 */
final class ControlLine {
  static final String FORMAT = "format";
  static final String VERSION = "version";
  static final String UNFLUSHED_WINDOW = "unflushed_window";
  static final String INTENT = "intent";
  static final String WORST_USD = "worst_usd";
  static final String SETTLED = "settled";
  static final String END = "end";

  /** The segment is complete; its writer may go on in another. */
  static final String ROLLED = "rolled";

  /** The writer came to its orderly end. */
  static final String LAST = "last";

  private static final String FORMAT_NAME = "penstock-journal";

  private ControlLine() {}

  static String header() {
    return "{\"%s\":\"%s\",\"%s\":%d}"
        .formatted(FORMAT, FORMAT_NAME, VERSION, Journal.FORMAT_VERSION);
  }

  /** Of a segment that is seen only when it is closed. */
  static String header(int unflushedWindow) {
    return "{\"%s\":\"%s\",\"%s\":%d,\"%s\":%d}"
        .formatted(
            FORMAT,
            FORMAT_NAME,
            VERSION,
            Journal.FORMAT_VERSION,
            UNFLUSHED_WINDOW,
            unflushedWindow);
  }

  static String intent(Intent intent) {
    return "{\""
        + INTENT
        + "\":\""
        + intent.fingerprint()
        + "\",\""
        + WORST_USD
        + "\":\""
        + intent.worstUsd()
        + "\"}";
  }

  static String settled(Fingerprint fingerprint) {
    return "{\"" + SETTLED + "\":\"" + fingerprint + "\"}";
  }

  static String end(String how) {
    return "{\"" + END + "\":\"" + how + "\"}";
  }

  /**
   * @throws IllegalArgumentException where the line has no such key
   */
  static String text(String json, String key) {
    int start = valueStart(json, key);
    if (start < 0) {
      throw new IllegalArgumentException("No " + key + " in the journal line " + json);
    }
    return json.substring(start + 1, json.indexOf('"', start + 1));
  }

  /** Zero where the line has no such key. */
  static int number(String json, String key) {
    int start = valueStart(json, key);
    int end = start;
    while (end >= 0 && end < json.length() && Character.isDigit(json.charAt(end))) {
      end++;
    }
    return start < 0 ? 0 : Integer.parseInt(json, start, end, 10);
  }

  private static int valueStart(String json, String key) {
    String before = "\"" + key + "\":";
    int at = json.indexOf(before);
    return at < 0 ? at : at + before.length();
  }
}

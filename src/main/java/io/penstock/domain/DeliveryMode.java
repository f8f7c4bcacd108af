package io.penstock.domain;

import java.util.Locale;

/** How a request reaches its provider: by a call of its own, or with others in a batch. */
public enum DeliveryMode {
  REALTIME,
  BATCH;

  /** As job files, columns and reports have it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static DeliveryMode ofWord(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}

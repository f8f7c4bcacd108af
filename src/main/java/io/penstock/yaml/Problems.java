package io.penstock.yaml;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with one file, so that all of it is said at once. Not thread-safe. */
public final class Problems {
  private final String file;
  private final List<String> lines = new ArrayList<>();

  /**
   * @param file as the user knows it
   */
  public Problems(String file) {
    this.file = file;
  }

  /**
   * @param path the key, dotted; empty for the file itself
   * @param message what is wrong and what is allowed
   */
  public void add(String path, String message) {
    lines.add(file + ": " + (path.isEmpty() ? message : path + ": " + message));
  }

  public int count() {
    return lines.size();
  }

  public void throwIfAny() {
    if (!lines.isEmpty()) {
      throw new InvalidConfigurationException(lines);
    }
  }
}

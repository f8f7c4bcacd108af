package io.penstock.yaml;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with one file, so that all of it is said at once. Not thread-safe. */
public final class Problems {
  private final String file;
  private final List<String> lines = new ArrayList<>();
  private final List<String> paths = new ArrayList<>();

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
    paths.add(path);
    lines.add(file + ": " + (path.isEmpty() ? message : path + ": " + message));
  }

  public int count() {
    return lines.size();
  }

  /** The keys that have a problem, in the order in which they were found. */
  public List<String> paths() {
    return List.copyOf(paths);
  }

  /**
   * Takes over the problems of another reading of the same file, but those that follow from the
   * ones noted here.
   */
  public void addIndependent(Problems other) {
    List<String> known = paths();
    for (int i = 0; i < other.lines.size(); i++) {
      String path = other.paths.get(i);
      if (known.stream().noneMatch(noted -> lies(noted, path))) {
        paths.add(path);
        lines.add(other.lines.get(i));
      }
    }
  }

  private static boolean lies(String key, String parent) {
    return parent.isEmpty()
        || key.equals(parent)
        || key.startsWith(parent + ".")
        || key.startsWith(parent + "[");
  }

  /** No problems yet, of the same file. */
  public Problems anew() {
    return new Problems(file);
  }

  public void throwIfAny() {
    if (!lines.isEmpty()) {
      throw new InvalidConfigurationException(lines);
    }
  }
}

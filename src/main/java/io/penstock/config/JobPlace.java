package io.penstock.config;

import java.nio.file.Path;

/**
 * Where a job file lies, and so what its relative paths mean.
 *
 * @param folder path or URL
 * @param shared whether other machines run the job too: a relative path has no meaning then
 */
public record JobPlace(String folder, boolean shared) {
  /** On this machine, which runs the job alone. */
  public static JobPlace here(Path folder) {
    return new JobPlace(folder.toAbsolutePath().normalize().toString(), false);
  }

  static boolean isRelative(String path) {
    return !path.isBlank() && !path.startsWith("/") && !isUrl(path);
  }

  /** The path as seen from the folder; absolute ones stay as they are. */
  String resolve(String path) {
    if (!isRelative(path)) {
      return path;
    }
    return isUrl(folder)
        ? folder + "/" + path
        : Path.of(folder).resolve(path).normalize().toString();
  }

  private static boolean isUrl(String path) {
    return path.matches("[A-Za-z][A-Za-z0-9+.-]*:.*");
  }
}

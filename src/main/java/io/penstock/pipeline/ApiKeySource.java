package io.penstock.pipeline;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the driver reads a provider's key. Holds the place, never the key.
 *
 * @param environment name of a variable, or null
 * @param file or null; both null: the provider needs no key
 */
public record ApiKeySource(String providerName, @Nullable String environment, @Nullable String file)
    implements Serializable {
  /**
   * The key, or null where none is needed.
   *
   * @throws InvalidInputException when it is named and not there
   */
  public @Nullable String read() {
    if (environment != null) {
      return required(
          System.getenv(environment), "environment variable " + environment + " is not set");
    }
    return file == null ? null : required(readFile(file), "file " + file + " is empty");
  }

  private String required(@Nullable String key, String otherwise) {
    if (key == null || key.isBlank()) {
      throw new InvalidInputException("providers." + providerName + ": no API key: " + otherwise);
    }
    return key.strip();
  }

  private String readFile(String path) {
    try {
      return Files.readString(Path.of(path));
    } catch (IOException e) {
      throw new InvalidInputException(
          "providers." + providerName + ": no API key: file " + path + " cannot be read", e);
    }
  }
}

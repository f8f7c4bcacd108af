package io.penstock.provider;

import java.util.Map;
import java.util.Optional;

/**
 * An answer as it came.
 *
 * @param headers names in lower case
 * @param body not copied
 */
public record HttpAnswer(int status, Map<String, String> headers, byte[] body) {
  public HttpAnswer {
    headers = Map.copyOf(headers);
  }

  /**
   * @param name in lower case
   */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }
}

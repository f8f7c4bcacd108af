package io.penstock.yaml;

import java.util.List;

/** A configuration file that cannot be used. The message has one line per problem. */
public final class InvalidConfigurationException extends RuntimeException {
  public InvalidConfigurationException(List<String> problems) {
    super(String.join("\n", problems));
  }
}

package io.penstock.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The defaults of {@code conf/}, which are inside the jar. */
final class Conf {
  static final String PROVIDERS = "providers.yaml";
  static final String PRICES = "prices.yaml";

  private Conf() {}

  static String read(String name) {
    try (InputStream in = Conf.class.getResourceAsStream("/io/penstock/conf/" + name)) {
      if (in == null) {
        throw new IllegalStateException("The jar has no conf/" + name + ": build it anew");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("conf/" + name + " could not be read from the jar", e);
    }
  }
}

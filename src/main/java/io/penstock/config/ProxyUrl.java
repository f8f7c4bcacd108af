package io.penstock.config;

import java.net.URI;
import java.net.URISyntaxException;

/** Where an HTTP proxy listens. */
record ProxyUrl(String host, int port) {
  /**
   * @throws IllegalArgumentException saying what is wrong with it; does not quote a user
   */
  static ProxyUrl parse(String text) {
    URI uri;
    try {
      uri = new URI(text.strip());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("is not a URL: " + e.getReason());
    }
    if (uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "must not hold the user: write {url: ..., user: ..., password: {env: NAME}}");
    }
    boolean isHttp = "http".equalsIgnoreCase(uri.getScheme());
    if (!isHttp || uri.getHost() == null || uri.getPort() < 1 || !isBare(uri)) {
      throw new IllegalArgumentException(
          "must have the form http://host:port; proxies that are spoken to by TLS or SOCKS cannot be used");
    }
    return new ProxyUrl(uri.getHost(), uri.getPort());
  }

  private static boolean isBare(URI uri) {
    return uri.getRawQuery() == null && uri.getRawPath().replace("/", "").isEmpty();
  }
}

package io.penstock.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;

/** A provider's base URL in the one form in which equal ones are equal. */
final class BaseUrl {
  private static final String V1 = "/v1";
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

  private final URI uri;

  private BaseUrl(URI uri) {
    this.uri = uri;
  }

  /** With the path that most servers have where there is none. */
  static BaseUrl parse(String text) {
    return parse(text, V1);
  }

  /**
   * Lower-case scheme and host, no default port, no trailing slash.
   *
   * @param defaultPath where there is no path; one without a version is also what stands for itself
   *     with {@code /v1} behind it, as of Azure, whose dialect adds that where it is due
   * @throws IllegalArgumentException saying what is wrong with it
   */
  static BaseUrl parse(String text, String defaultPath) {
    try {
      URI uri = new URI(text.strip());
      if (!"http".equalsIgnoreCase(uri.getScheme()) && !"https".equalsIgnoreCase(uri.getScheme())
          || uri.getHost() == null) {
        throw new IllegalArgumentException("must be an http or https URL with a host");
      }
      if (uri.getRawUserInfo() != null
          || uri.getRawQuery() != null
          || uri.getRawFragment() != null) {
        throw new IllegalArgumentException(
            "must have no user, query or fragment: keys belong into api_key_env");
      }
      return new BaseUrl(normalised(uri, defaultPath));
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("is not a URL: " + e.getReason());
    }
  }

  private static URI normalised(URI uri, String defaultPath) throws URISyntaxException {
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    int standardPort = scheme.equals("https") ? 443 : 80;
    String path = uri.getRawPath().replaceAll("/+$", "");
    boolean isDefault =
        path.isEmpty() || (!defaultPath.endsWith(V1) && path.equals(defaultPath + V1));
    return new URI(
        scheme
            + "://"
            + uri.getHost().toLowerCase(Locale.ROOT)
            + (uri.getPort() == -1 || uri.getPort() == standardPort ? "" : ":" + uri.getPort())
            + (isDefault ? defaultPath : path));
  }

  boolean isPlainHttpToAnotherMachine() {
    return uri.getScheme().equals("http") && !LOOPBACK.contains(uri.getHost());
  }

  @Override
  public String toString() {
    return uri.toString();
  }
}

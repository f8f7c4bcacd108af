package io.penstock.domain;

import java.io.Serializable;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a provider is reached beyond its address. Holds no secret.
 *
 * @param proxy null: as the JVM's own settings say
 * @param headers sent with every request, by name; those whose values are secrets are not among
 *     them
 * @param caCertificates PEM text of certificates that are trusted besides the JVM's own; empty:
 *     none
 */
public record Network(@Nullable HttpProxy proxy, Map<String, String> headers, String caCertificates)
    implements Serializable {
  /** Nothing but the address. */
  public static final Network PLAIN = new Network(null, Map.of(), "");

  /** In lower case: request headers that decide the answer; any other header does not. */
  public static final Set<String> DECIDING_HEADERS =
      Set.of("anthropic-version", "anthropic-beta", "openai-beta");

  public Network {
    headers = Map.copyOf(headers);
  }

  /**
   * @param user null: the proxy asks for none
   */
  public record HttpProxy(String host, int port, @Nullable String user) implements Serializable {
    /** For messages; without the user. */
    public String address() {
      return host + ":" + port;
    }
  }
}

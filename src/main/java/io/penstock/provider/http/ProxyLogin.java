package io.penstock.provider.http;

import java.nio.charset.StandardCharsets;
import okhttp3.Authenticator;
import okhttp3.Credentials;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.Route;
import org.jspecify.annotations.Nullable;

/**
 * User and password of a proxy. Shown with the first CONNECT of a connection, unasked; never a
 * second time, so a refusal ends the attempt. Does not show its values.
 *
 * @param header null where the proxy asks for none
 */
record ProxyLogin(@Nullable String header) implements Authenticator {
  static final ProxyLogin NONE = new ProxyLogin(null);

  private static final String HEADER = "Proxy-Authorization";
  private static final String CONNECT = "CONNECT";

  /** The scheme of the client's own question before it sends CONNECT. */
  private static final String UNASKED = "OkHttp-Preemptive";

  static ProxyLogin of(@Nullable String user, @Nullable String password) {
    return user == null || password == null
        ? NONE
        : new ProxyLogin(Credentials.basic(user, password, StandardCharsets.UTF_8));
  }

  Request.Builder addTo(Request.Builder request) {
    return header == null ? request : request.header(HEADER, header);
  }

  @Override
  public @Nullable Request authenticate(@Nullable Route route, Response response)
      throws ProxyRefusedException {
    boolean isUnasked =
        response.challenges().stream().anyMatch(asked -> asked.scheme().equals(UNASKED));
    if (isUnasked) {
      return header == null ? null : addTo(response.request().newBuilder()).build();
    }
    if (response.request().method().equals(CONNECT)) {
      throw new ProxyRefusedException(response.code());
    }
    return null; // of plain http the answer itself says it
  }

  @Override
  public String toString() {
    return "ProxyLogin[" + (header == null ? "none" : "***") + "]";
  }
}

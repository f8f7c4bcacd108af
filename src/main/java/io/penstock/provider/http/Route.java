package io.penstock.provider.http;

import io.penstock.domain.Network;
import io.penstock.domain.Network.HttpProxy;
import io.penstock.domain.ProviderEndpoint;
import io.penstock.domain.ProviderSecrets;
import java.net.InetSocketAddress;
import java.net.Proxy;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/**
 * The way to a server: what connections to it depend on. Equal ways share a client.
 *
 * @param proxy null: as the JVM's own settings say
 * @param caCertificates PEM text; empty: none but the JVM's own
 */
record Route(@Nullable HttpProxy proxy, ProxyLogin login, String caCertificates) {
  static final Route PLAIN = new Route(null, ProxyLogin.NONE, "");

  static Route of(Network network, ProviderSecrets secrets) {
    HttpProxy proxy = network.proxy();
    return new Route(
        proxy,
        proxy == null ? ProxyLogin.NONE : ProxyLogin.of(proxy.user(), secrets.proxyPassword()),
        network.caCertificates());
  }

  /**
   * @throws IllegalArgumentException when the certificates cannot be read
   */
  OkHttpClient variant() {
    OkHttpClient.Builder client = SharedClient.plain().newBuilder().proxyAuthenticator(login);
    if (proxy != null) {
      client.proxy(
          new Proxy(
              Proxy.Type.HTTP, InetSocketAddress.createUnresolved(proxy.host(), proxy.port())));
    }
    if (!caCertificates.isEmpty()) {
      TrustedCertificates trusted = TrustedCertificates.withJvms(caCertificates);
      client.sslSocketFactory(trusted.sockets(), trusted.manager());
    }
    return client.build();
  }

  /**
   * A request by plain http goes to the proxy as it is, so carries the login itself; one by https
   * must not, as the server would see it: there it goes with CONNECT.
   */
  Request.Builder forProxy(Request.Builder request) {
    return proxy == null || request.build().isHttps() ? request : login.addTo(request);
  }

  /** For messages: the host, and the proxy on the way to it. */
  static String describe(ProviderEndpoint endpoint, HttpUrl url) {
    HttpProxy proxy = endpoint.network().proxy();
    return proxy == null ? url.host() : url.host() + " through proxy " + proxy.address();
  }
}

package io.penstock.provider.http;

import io.penstock.domain.FailureKind;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.ProviderException.Details;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.util.Objects;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import okhttp3.Call;
import okhttp3.EventListener;
import okhttp3.internal.http2.ErrorCode;
import okhttp3.internal.http2.StreamResetException;

/**
 * How far one call came: whether any of the request was written, after which it may have run and be
 * billed. Travels as the tag of its request. Thread-safe.
 */
final class SendTrace extends EventListener {
  private static final int MOST_CAUSES = 10;

  private volatile boolean sent;

  /** The trace that travels with a call. */
  static EventListener of(Call call) {
    SendTrace trace = call.request().tag(SendTrace.class);
    return trace == null ? EventListener.NONE : trace;
  }

  @Override
  public void requestHeadersStart(Call call) {
    sent = true;
  }

  /**
   * What a call that brought no answer means.
   *
   * @param host for the message; with the proxy on the way to it
   */
  ProviderException failure(IOException cause, String host) {
    if (!sent) {
      return ProxyRefusedException.of(cause)
          .map(refused -> refused.refusal(host))
          .orElseGet(() -> notReached(cause, host));
    }
    if (isRefusedStream(cause)) {
      return network(Billing.REFUSED, host + " closed the connection before it took the request");
    }
    if (cause instanceof InterruptedIOException) {
      return timeout(0, "no answer from " + host + " within the request timeout");
    }
    return network(
        Billing.POSSIBLE, "connection to " + host + " broke after the request was sent: " + cause);
  }

  /** The request timeout came after the request was sent. */
  static ProviderException timeout(int status, String message) {
    return new ProviderException(
        FailureKind.TIMEOUT, Billing.POSSIBLE, status, message, Details.NONE);
  }

  private static ProviderException network(Billing billing, String message) {
    return new ProviderException(FailureKind.NETWORK, billing, 0, message, Details.NONE);
  }

  private static ProviderException notReached(IOException cause, String host) {
    if (isStranger(cause)) {
      String message =
          "the certificate of %s is not trusted (one of an own CA goes into ca_file), nothing was sent: %s"
              .formatted(host, cause);
      return new ProviderException(
          FailureKind.AUTHENTICATION, Billing.NOT_BILLED, 0, message, Details.NONE);
    }
    return network(Billing.REFUSED, whyNotReached(cause, host));
  }

  /** Whoever answers is not the server that was meant, and will not be for any other row. */
  private static boolean isStranger(IOException cause) {
    return cause instanceof SSLPeerUnverifiedException
        || Stream.<Throwable>iterate(cause, Objects::nonNull, Throwable::getCause)
            .limit(MOST_CAUSES)
            .anyMatch(CertificateException.class::isInstance);
  }

  private static String whyNotReached(IOException cause, String host) {
    if (cause instanceof UnknownHostException) {
      return "host " + host + " is not known, nothing was sent: " + cause;
    }
    if (cause instanceof SSLException) {
      return "TLS with " + host + " failed, nothing was sent: " + cause;
    }
    return host + " was not reached, nothing was sent: " + cause;
  }

  /** HTTP/2's word for a request that was not begun, so of a connection that is being closed. */
  private static boolean isRefusedStream(IOException cause) {
    return cause instanceof StreamResetException reset
        && reset.errorCode == ErrorCode.REFUSED_STREAM;
  }
}

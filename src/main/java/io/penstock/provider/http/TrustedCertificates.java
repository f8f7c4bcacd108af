package io.penstock.provider.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Whom connections trust: the JVM's own certificates and some more. */
record TrustedCertificates(SSLSocketFactory sockets, X509TrustManager manager) {
  /**
   * @param pem one certificate or more; text between them is passed over
   * @throws IllegalArgumentException when there is none in it, or one that cannot be read
   */
  static TrustedCertificates withJvms(String pem) {
    Collection<? extends Certificate> more = read(pem);
    try {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      int count = 0;
      for (X509Certificate known : manager(null).getAcceptedIssuers()) {
        trusted.setCertificateEntry("jvm-" + count++, known);
      }
      for (Certificate own : more) {
        trusted.setCertificateEntry("own-" + count++, own);
      }
      X509TrustManager manager = manager(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {manager}, null);
      return new TrustedCertificates(context.getSocketFactory(), manager);
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("This JVM cannot put trusted certificates together", e);
    }
  }

  private static Collection<? extends Certificate> read(String pem) {
    try {
      Collection<? extends Certificate> read =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
      if (!read.isEmpty()) {
        return read;
      }
    } catch (CertificateException e) {
      throw new IllegalArgumentException(
          "cannot be read as PEM certificates: " + e.getMessage(), e);
    }
    throw new IllegalArgumentException("holds no PEM certificate");
  }

  /**
   * @param trusted null: the JVM's own
   */
  private static X509TrustManager manager(@Nullable KeyStore trusted)
      throws GeneralSecurityException {
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    List<X509TrustManager> found =
        Arrays.stream(managers.getTrustManagers())
            .filter(X509TrustManager.class::isInstance)
            .map(X509TrustManager.class::cast)
            .toList();
    return found.get(0);
  }
}

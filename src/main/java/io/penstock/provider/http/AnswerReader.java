package io.penstock.provider.http;

import io.penstock.provider.HttpAnswer;
import io.penstock.provider.ProviderException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import okhttp3.Response;
import okio.Buffer;
import okio.BufferedSource;

/**
 * Takes whole answers off the connection, up to a bound.
 *
 * @param maxBodyBytes after decompression
 */
record AnswerReader(long maxBodyBytes) {
  /**
   * Reads to the last byte. Of an answer outside 2xx the status says enough, so a body that breaks
   * off or is too large is taken as far as it goes.
   *
   * @throws ProviderException when a 2xx body breaks off, is too large or too late
   */
  HttpAnswer read(Response response) throws ProviderException {
    BufferedSource source = response.body().source();
    try {
      if (source.request(maxBodyBytes + 1) && response.isSuccessful()) {
        String why = "the body has more than " + maxBodyBytes + " bytes";
        throw WireJson.unreadable(why, soFar(source), null);
      }
    } catch (IOException e) {
      if (response.isSuccessful()) {
        throw broken(e, soFar(source), response.code());
      }
    }
    return new HttpAnswer(response.code(), headers(response), soFar(source));
  }

  private byte[] soFar(BufferedSource source) {
    Buffer buffer = source.getBuffer();
    return buffer.snapshot((int) Math.min(buffer.size(), maxBodyBytes)).toByteArray();
  }

  private static ProviderException broken(IOException cause, byte[] soFar, int status) {
    String after = " after " + soFar.length + " bytes";
    if (cause instanceof InterruptedIOException) {
      return SendTrace.timeout(
          status, "the answer did not end within the request timeout, broke off" + after);
    }
    return WireJson.unreadable("the body breaks off" + after + ": " + cause, soFar, null);
  }

  private static Map<String, String> headers(Response response) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String name : response.headers().names()) {
      headers.put(name.toLowerCase(Locale.ROOT), String.valueOf(response.header(name)));
    }
    return headers;
  }
}

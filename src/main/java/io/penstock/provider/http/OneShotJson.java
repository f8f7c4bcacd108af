package io.penstock.provider.http;

import java.io.IOException;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/** A body that the client may write once only, so that it cannot send a request again. */
final class OneShotJson extends RequestBody {
  private static final MediaType JSON = MediaType.get("application/json");

  private final byte[] body;

  OneShotJson(byte[] body) {
    this.body = body;
  }

  /** An empty body is of no type: some servers would look for JSON in it. */
  @Override
  public @Nullable MediaType contentType() {
    return body.length == 0 ? null : JSON;
  }

  @Override
  public long contentLength() {
    return body.length;
  }

  @Override
  public void writeTo(BufferedSink sink) throws IOException {
    sink.write(body);
  }

  @Override
  public boolean isOneShot() {
    return true;
  }
}

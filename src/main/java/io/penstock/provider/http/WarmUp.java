package io.penstock.provider.http;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.Response;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens a connection by asking for the head of a server's root, without a key. */
final class WarmUp implements Callback {
  private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);
  private static final int TIMEOUT_SECONDS = 10;

  private final CompletableFuture<Boolean> connected = new CompletableFuture<>();

  private WarmUp() {}

  /**
   * Returns at once.
   *
   * @param base any address of the server
   * @param route the way to it
   * @return whether the connection is open, once that is known
   */
  static CompletableFuture<Boolean> start(HttpUrl base, Route route) {
    HttpUrl root = base.newBuilder().encodedPath("/").query(null).build();
    Request.Builder head = new Request.Builder().url(root).header("User-Agent", "penstock").head();
    SharedClient.makeRoomFor(1);
    Call call = SharedClient.through(route).newCall(route.forProxy(head).build());
    call.timeout().timeout(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    WarmUp warmUp = new WarmUp();
    call.enqueue(warmUp);
    return warmUp.connected;
  }

  /** Closed, the connection goes back to the pool; whatever the status, it is open. */
  @Override
  public void onResponse(Call call, Response response) {
    response.close();
    connected.complete(true);
  }

  @Override
  public void onFailure(Call call, IOException cause) {
    LOG.debug("No connection to {} ahead of the calls", call.request().url().host(), cause);
    connected.complete(false);
  }
}

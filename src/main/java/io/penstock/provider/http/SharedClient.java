package io.penstock.provider.http;

import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;

/**
 * The HTTP client of this JVM, in a variant for each way to a server. It sends no request a second
 * time by itself: no retries, no redirects, and bodies are one-shot. All variants share threads and
 * pool. Thread-safe; its threads are daemons, so idle connections hold no JVM back.
 */
final class SharedClient {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  /**
   * HTTP/2 only: a connection that died in silence is noticed, as all calls would go on using it.
   * Longer than a garbage collection, which must not pass for such a death.
   */
  private static final Duration PING_INTERVAL = Duration.ofSeconds(60);

  /**
   * Shorter than the 5 s after which common servers (uvicorn, Node) drop an idle connection: a
   * request that meets the drop may have run, and is tried again as one that may be paid twice.
   *
   * <p>So connections stay open as long as calls follow each other within this time, as within a
   * shard and from one to the next. After a longer rest the next call connects anew; the host's
   * address and the TLS session are then remembered by the JVM, so that only TCP and a shortened
   * handshake are left to do. The same holds for a connection opened by {@link WarmUp}.
   */
  private static final long IDLE_SECONDS = 4;

  private static final OkHttpClient CLIENT = create();
  private static final Map<Route, OkHttpClient> VARIANTS = new ConcurrentHashMap<>();
  private static int maxInFlight;

  private SharedClient() {}

  /**
   * The client for a way to a server.
   *
   * @throws IllegalArgumentException when its certificates cannot be read
   */
  static OkHttpClient through(Route route) {
    return route.equals(Route.PLAIN) ? CLIENT : VARIANTS.computeIfAbsent(route, Route::variant);
  }

  /** What the ways are variants of. */
  static OkHttpClient plain() {
    return CLIENT;
  }

  /** Makes room for so many more calls at once, over all variants. */
  static synchronized void makeRoomFor(int calls) {
    maxInFlight = (int) Math.min(Integer.MAX_VALUE, (long) maxInFlight + calls);
    CLIENT.dispatcher().setMaxRequests(maxInFlight);
    CLIENT.dispatcher().setMaxRequestsPerHost(maxInFlight);
  }

  static void closeIdleConnections() {
    CLIENT.connectionPool().evictAll();
  }

  private static OkHttpClient create() {
    return new OkHttpClient.Builder()
        .retryOnConnectionFailure(false)
        .followRedirects(false)
        .followSslRedirects(false)
        .connectTimeout(CONNECT_TIMEOUT)
        .readTimeout(Duration.ZERO)
        .writeTimeout(Duration.ZERO)
        .pingInterval(PING_INTERVAL)
        .dispatcher(new Dispatcher(executor()))
        // never more connections than calls at once, which the dispatcher bounds
        .connectionPool(new ConnectionPool(Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS))
        .eventListenerFactory(SendTrace::of)
        .proxyAuthenticator(ProxyLogin.NONE)
        .build();
  }

  private static ExecutorService executor() {
    try {
      // from JDK 21 on
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
      return Executors.newCachedThreadPool(SharedClient::daemon);
    }
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "penstock-http");
    thread.setDaemon(true);
    return thread;
  }
}

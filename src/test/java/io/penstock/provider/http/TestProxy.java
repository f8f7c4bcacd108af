package io.penstock.provider.http;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP proxy on loopback: tunnels with CONNECT, passes plain http on. Whatever host is asked
 * for, it connects to loopback. May ask for a user, or answer every request with one status.
 */
public final class TestProxy implements AutoCloseable {
  private static final int HEAD_LIMIT = 100_000;

  private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "test-proxy");
            thread.setDaemon(true);
            return thread;
          });
  private final @Nullable String login;
  private final List<String> heads = new CopyOnWriteArrayList<>();
  private volatile int status;

  private TestProxy(@Nullable String login) throws IOException {
    this.login = login;
    threads.execute(this::accept);
  }

  public static TestProxy open() throws IOException {
    return new TestProxy(null);
  }

  /**
   * @param login the value that {@code Proxy-Authorization} must have
   */
  public static TestProxy asking(String login) throws IOException {
    return new TestProxy(login);
  }

  /** From now on it connects nobody. */
  public void refuseWith(int answer) {
    status = answer;
  }

  public int port() {
    return server.getLocalPort();
  }

  /** First line and headers of each request, in the order in which they came. */
  public List<String> heads() {
    return heads;
  }

  /** First lines. */
  public List<String> requests() {
    return heads.stream().map(head -> head.lines().findFirst().orElse("")).toList();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        threads.execute(() -> serve(client));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void serve(Socket client) {
    try (client) {
      InputStream in = new BufferedInputStream(client.getInputStream());
      while (serveOne(client, in)) {
        // the next one on the same connection, as after a refusal
      }
    } catch (IOException e) {
      // the client or the server is gone
    }
  }

  private boolean serveOne(Socket client, InputStream in) throws IOException {
    String head = head(in);
    if (head.isEmpty()) {
      return false;
    }
    heads.add(head);
    String[] line = head.lines().findFirst().orElseThrow().split(" ");
    if (login != null && !head.contains("Proxy-Authorization: " + login + "\r\n")) {
      say(
          client,
          "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"t\"\r\n"
              + "Content-Length: 0\r\nConnection: close\r\n\r\n");
      return false;
    }
    if (status != 0) {
      say(client, "HTTP/1.1 " + status + " No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      return false;
    }
    if (line[0].equals("CONNECT")) {
      tunnel(client, in, Integer.parseInt(line[1].substring(line[1].lastIndexOf(':') + 1)));
    } else {
      pass(client, in, head, URI.create(line[1]));
    }
    return false;
  }

  private void tunnel(Socket client, InputStream in, int port) throws IOException {
    try (Socket target = new Socket(InetAddress.getLoopbackAddress(), port)) {
      say(client, "HTTP/1.1 200 Connected\r\n\r\n");
      pump(client, in, target);
    }
  }

  /** One request of a connection, and whatever comes back. */
  private void pass(Socket client, InputStream in, String head, URI target) throws IOException {
    try (Socket to = new Socket(InetAddress.getLoopbackAddress(), target.getPort())) {
      String[] lines = head.split("\r\n");
      lines[0] = lines[0].replace(target.toString(), target.getRawPath());
      String passed =
          List.of(lines).stream()
              .filter(line -> !line.startsWith("Proxy-"))
              .collect(Collectors.joining("\r\n"));
      to.getOutputStream().write((passed + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
      pump(client, in, to);
    }
  }

  private void pump(Socket client, InputStream in, Socket target) throws IOException {
    threads.execute(
        () -> {
          try {
            copy(in, target.getOutputStream());
            target.shutdownOutput();
          } catch (IOException e) {
            // the other direction ends too
          }
        });
    copy(target.getInputStream(), client.getOutputStream());
  }

  private static void copy(InputStream from, OutputStream to) throws IOException {
    byte[] buffer = new byte[8_192];
    for (int read = from.read(buffer); read >= 0; read = from.read(buffer)) {
      to.write(buffer, 0, read);
      to.flush();
    }
  }

  private static void say(Socket client, String text) throws IOException {
    client.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    client.getOutputStream().flush();
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.length() < HEAD_LIMIT && head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        return "";
      }
      head.append((char) next);
    }
    return head.toString();
  }

  @Override
  public void close() throws IOException {
    server.close();
    threads.shutdownNow();
  }
}

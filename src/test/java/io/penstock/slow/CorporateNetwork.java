package io.penstock.slow;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What stands between a company's machines and a provider, of programs that others wrote: a proxy
 * that asks for a user (tinyproxy), and a server that speaks TLS with a certificate of an own CA
 * (nginx, openssl) and passes on to another server.
 */
final class CorporateNetwork implements AutoCloseable {
  static final String USER = "penstock";
  static final String PASSWORD = "proxy-password-0815";

  private static final Duration STARTS_WITHIN = Duration.ofSeconds(30);
  private static final List<String> PROGRAMS = List.of("tinyproxy", "nginx", "openssl");
  private static final List<Path> FOLDERS =
      Stream.concat(
              Stream.of(System.getenv("PATH").split(":")),
              Stream.of("/usr/sbin", "/usr/local/sbin"))
          .map(Path::of)
          .toList();

  private static final String PROXY_SETTINGS =
      """
      Port %d
      Listen 127.0.0.1
      Allow 127.0.0.0/8
      Timeout 600
      MaxClients 200
      LogLevel Connect
      BasicAuth %s %s
      ConnectPort %d
      """;

  private static final String SERVER_SETTINGS =
      """
      daemon off;
      master_process off;
      pid nginx.pid;
      error_log stderr;
      events { worker_connections 1000; }
      http {
        log_format each '$remote_addr "$request" $status';
        access_log access.log each;
        client_max_body_size 64m;
        client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
        server {
          listen 127.0.0.1:%d ssl http2;
          server_name localhost;
          ssl_certificate server.pem;
          ssl_certificate_key server.key;
          location / {
            proxy_pass %s;
            proxy_http_version 1.1;
            proxy_read_timeout 600s;
          }
        }
      }
      """;

  private final Path folder;
  private final int proxyPort = freePort();
  private final int serverPort = freePort();
  private final ChildProcess server;
  private final ChildProcess proxy;

  /**
   * @param provider that the TLS server passes on to
   */
  private CorporateNetwork(Path folder, String provider) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder);
    makeCertificates();
    Files.writeString(
        folder.resolve("nginx.conf"), SERVER_SETTINGS.formatted(serverPort, provider));
    Files.writeString(
        folder.resolve("tinyproxy.conf"),
        PROXY_SETTINGS.formatted(proxyPort, USER, PASSWORD, serverPort));
    Files.writeString(folder.resolve("password"), PASSWORD + "\n");
    server = start("nginx", "-p", folder + "/", "-c", folder.resolve("nginx.conf").toString());
    proxy = start("tinyproxy", "-d", "-c", folder.resolve("tinyproxy.conf").toString());
    awaitPort(serverPort, server);
    awaitPort(proxyPort, proxy);
  }

  static CorporateNetwork start(Path folder, String provider) throws IOException {
    return new CorporateNetwork(folder, provider);
  }

  /** Programs that are not installed. */
  static List<String> missing() {
    return PROGRAMS.stream().filter(name -> find(name).isEmpty()).toList();
  }

  private static List<Path> find(String program) {
    return FOLDERS.stream()
        .map(folder -> folder.resolve(program))
        .filter(Files::isExecutable)
        .toList();
  }

  private void makeCertificates() throws IOException {
    String names = "subjectAltName=DNS:localhost";
    Files.writeString(folder.resolve("names"), names + "\n");
    openssl(
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=Corporate-Test-CA -keyout ca.key -out ca.pem");
    openssl("req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr");
    openssl(
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem");
  }

  private void openssl(String arguments) throws IOException {
    String inFolder =
        arguments.replaceAll("(?<= )(ca|server|names)(?=[ .]|$)", folder.resolve("$1").toString());
    ChildProcess openssl = start("openssl", inFolder.split(" "));
    if (openssl.awaitExit(STARTS_WITHIN) != 0) {
      throw new IllegalStateException("openssl failed: " + openssl.tail());
    }
  }

  private ChildProcess start(String program, String... arguments) throws IOException {
    List<String> command =
        Stream.concat(Stream.of(find(program).get(0).toString()), Stream.of(arguments)).toList();
    return ChildProcess.start(command, Map.of(), folder.resolve(program + ".log"));
  }

  private static void awaitPort(int port, ChildProcess of) throws IOException {
    Await.until(
        "port " + port,
        STARTS_WITHIN,
        () -> {
          if (!of.isAlive()) {
            throw new IllegalStateException("It has ended: " + of.tail());
          }
          return isOpen(port);
        });
  }

  private static boolean isOpen(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Where the provider is, by TLS. */
  String origin() {
    return "https://localhost:" + serverPort;
  }

  String proxy() {
    return "http://127.0.0.1:" + proxyPort;
  }

  Path certificates() {
    return folder.resolve("ca.pem");
  }

  Path passwordFile() {
    return folder.resolve("password");
  }

  /** Lines of the server's log, one for each request. */
  List<String> served() throws IOException {
    Path log = folder.resolve("access.log");
    return Files.exists(log) ? Files.readAllLines(log) : List.of();
  }

  /** Lines of the proxy's log. */
  List<String> proxied() throws IOException {
    return Files.readAllLines(proxy.outputFile());
  }

  /** Host and port as the proxy is asked for them. */
  String target() {
    return URI.create(origin()).getAuthority();
  }

  @Override
  public void close() {
    proxy.close();
    server.close();
  }
}

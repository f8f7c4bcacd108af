package io.penstock.slow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A headless Chromium with one page, driven by its own DevTools protocol (chromedevtools.github.io,
 * read 2026-11): needs no driver beside the browser. Confined to one thread.
 */
final class Chromium implements AutoCloseable {
  private static final Duration STARTS_WITHIN = Duration.ofMinutes(2);
  private static final long ANSWERS_WITHIN_SECONDS = 120;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final Map<Integer, CompletableFuture<JsonNode>> asked = new ConcurrentHashMap<>();
  private final List<JsonNode> events = new CopyOnWriteArrayList<>();
  private WebSocket socket;
  private String session;
  private int last;

  private Chromium(Process process) {
    this.process = process;
  }

  /** Where it is installed; empty where it is not. */
  static Optional<Path> find() {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Stream.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
        .flatMap(
            name -> Stream.of(path.split(File.pathSeparator)).map(folder -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * @param folder for its profile; new
   */
  static Chromium start(Path program, Path folder) throws IOException {
    Path profile = Files.createDirectories(folder.resolve("profile"));
    Process process =
        new ProcessBuilder(
                program.toString(),
                "--headless=new",
                "--no-sandbox", // as root there is none
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--no-first-run",
                "--disable-background-networking",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("chromium.log").toFile())
            .start();
    Chromium browser = new Chromium(process);
    try {
      browser.connect(profile.resolve("DevToolsActivePort"));
      return browser;
    } catch (IOException | RuntimeException e) {
      browser.close();
      throw e;
    }
  }

  private void connect(Path port) throws IOException {
    Await.until(
        "Chromium's port", STARTS_WITHIN, () -> Files.exists(port) && lines(port).size() == 2);
    String address = "ws://127.0.0.1:" + lines(port).get(0) + lines(port).get(1);
    socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(URI.create(address), new Listener())
            .join();
    String target =
        send("Target.createTarget", parameters("url", "about:blank")).path("targetId").asText();
    ObjectNode attach = parameters("targetId", target).put("flatten", true);
    session = send("Target.attachToTarget", attach).path("sessionId").asText();
    for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
      send(domain + ".enable", JSON.createObjectNode());
    }
  }

  private static List<String> lines(Path file) throws IOException {
    return Files.readAllLines(file);
  }

  private static ObjectNode parameters(String name, String value) {
    return JSON.createObjectNode().put(name, value);
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean isLast) {
      text.append(part);
      if (isLast) {
        take(text.toString());
        text.setLength(0);
      }
      from.request(1);
      return null;
    }
  }

  private void take(String text) {
    try {
      JsonNode message = JSON.readTree(text);
      if (message.has("id")) {
        asked.remove(message.get("id").asInt()).complete(message);
      } else {
        events.add(message);
      }
    } catch (IOException e) {
      throw new IllegalStateException("Chromium said no JSON", e);
    }
  }

  private JsonNode send(String method, JsonNode parameters) throws IOException {
    ObjectNode message = JSON.createObjectNode().put("id", ++last).put("method", method);
    message.set("params", parameters);
    if (session != null) {
      message.put("sessionId", session);
    }
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    asked.put(last, answer);
    socket.sendText(message.toString(), true).join();
    try {
      JsonNode told = answer.get(ANSWERS_WITHIN_SECONDS, TimeUnit.SECONDS);
      if (told.has("error")) {
        throw new IOException(method + ": " + told.get("error"));
      }
      return told.path("result");
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("Chromium did not answer " + method, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted at " + method, e);
    }
  }

  /** Opens a page and waits until it is there. */
  void open(URI page) throws IOException {
    long before = count("Page.loadEventFired");
    send("Page.navigate", parameters("url", page.toString()));
    Await.until("the page", STARTS_WITHIN, () -> count("Page.loadEventFired") > before);
  }

  private long count(String method) {
    return events(method).count();
  }

  private Stream<JsonNode> events(String method) {
    return events.stream()
        .filter(event -> event.path("method").asText().equals(method))
        .map(event -> event.path("params"));
  }

  /** What went wrong in the page, as its console has it. */
  List<String> problems() {
    Stream<JsonNode> said =
        Stream.concat(
            events("Runtime.consoleAPICalled")
                .filter(call -> List.of("error", "warning").contains(call.path("type").asText())),
            events("Log.entryAdded")
                .filter(
                    entry ->
                        List.of("error", "warning").contains(entry.at("/entry/level").asText())));
    return Stream.concat(events("Runtime.exceptionThrown"), said).map(JsonNode::toString).toList();
  }

  /** All that the page asked for, itself included. */
  List<String> requests() {
    return events("Network.requestWillBeSent")
        .map(event -> event.at("/request/url").asText())
        .filter(url -> !url.startsWith("data:"))
        .toList();
  }

  /** The value of an expression, which may be a promise. */
  JsonNode evaluate(String expression) throws IOException {
    ObjectNode evaluation =
        parameters("expression", expression).put("returnByValue", true).put("awaitPromise", true);
    JsonNode result = send("Runtime.evaluate", evaluation);
    if (result.has("exceptionDetails")) {
      throw new IOException("The page throws: " + result.get("exceptionDetails"));
    }
    return result.at("/result/value");
  }

  /**
   * @param scheme light or dark
   */
  void prefer(String scheme) throws IOException {
    ObjectNode media = JSON.createObjectNode();
    media.putArray("features").addObject().put("name", "prefers-color-scheme").put("value", scheme);
    send("Emulation.setEmulatedMedia", media);
  }

  /** Of the window, in CSS pixels. */
  void size(int width, int height) throws IOException {
    send(
        "Emulation.setDeviceMetricsOverride",
        JSON.createObjectNode()
            .put("width", width)
            .put("height", height)
            .put("deviceScaleFactor", 1)
            .put("mobile", width < 600));
  }

  /** Presses a key that types nothing, or Enter. */
  void press(String key, int code) throws IOException {
    ObjectNode down =
        parameters("type", "keyDown").put("key", key).put("windowsVirtualKeyCode", code);
    if (key.equals("Enter")) {
      down.put("text", "\r");
    }
    send("Input.dispatchKeyEvent", down);
    send("Input.dispatchKeyEvent", down.deepCopy().put("type", "keyUp"));
  }

  /** Of the window as it is. */
  void screenshot(Path png) throws IOException {
    String data = send("Page.captureScreenshot", parameters("format", "png")).path("data").asText();
    Files.write(png, Base64.getDecoder().decode(data));
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    process.onExit().join();
  }
}

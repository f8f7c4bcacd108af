package io.penstock.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** A simulator in a process of its own, so that its processor time is not the client's. */
public final class SimulatorProcess implements AutoCloseable {
  private static final String LISTENING = "listening on ";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final OkHttpClient client = new OkHttpClient();
  private final Process process;
  private final String origin;

  private SimulatorProcess(Process process) throws IOException {
    this.process = process;
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy, "simulator-process-stop"));
    origin = readOrigin(process.inputReader());
  }

  /**
   * Starts it on any free port.
   *
   * @param options of the command {@code simulate}, but for the port
   */
  public static SimulatorProcess start(String... options) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-cp",
                System.getProperty("java.class.path"),
                "io.penstock.app.Main",
                "simulate",
                "--port",
                "0"));
    command.addAll(List.of(options));
    return new SimulatorProcess(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  private static String readOrigin(BufferedReader out) throws IOException {
    String line = out.readLine();
    if (line == null || !line.startsWith(LISTENING)) {
      throw new IOException("The simulator did not start, it said: " + line);
    }
    return line.substring(LISTENING.length());
  }

  /** Of the API, without a path. */
  public String origin() {
    return origin;
  }

  /** Begins new figures. */
  public void reset() throws IOException {
    send(new Request.Builder().url(origin + "/reset").post(RequestBody.EMPTY).build());
  }

  /** Changes its limits while it runs. */
  public void limit(String json) throws IOException {
    RequestBody body = RequestBody.create(json, MediaType.get("application/json"));
    send(new Request.Builder().url(origin + "/limits").post(body).build());
  }

  /** What it has seen since the reset. */
  public JsonNode stats() throws IOException {
    return read("/stats");
  }

  /** What it has billed since the reset. */
  public JsonNode invoice() throws IOException {
    return read("/invoice");
  }

  /**
   * Seconds from the first request to the last answer since the reset.
   *
   * @throws IllegalStateException unless just so many distinct requests were answered, once each
   */
  double secondsOf(int requests, int inFlight) throws IOException {
    JsonNode stats = stats();
    boolean exact =
        stats.path("requests").asInt() == requests
            && stats.path("distinct").asInt() == requests
            && stats.path("ok").asInt() == requests
            && stats.path("peak_in_flight").asInt() <= inFlight;
    if (!exact) {
      throw new IllegalStateException(
          "Expected " + requests + " answers, at most " + inFlight + " at once: " + stats);
    }
    return stats.path("first_to_last_seconds").asDouble();
  }

  private JsonNode read(String path) throws IOException {
    return send(new Request.Builder().url(origin + path).build());
  }

  private JsonNode send(Request request) throws IOException {
    try (Response response = client.newCall(request).execute()) {
      return JSON.readTree(response.body().bytes());
    }
  }

  @Override
  public void close() {
    process.destroy();
  }
}

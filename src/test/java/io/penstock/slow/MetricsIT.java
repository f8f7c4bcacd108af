package io.penstock.slow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.penstock.slow.TestJob.Shape;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What Prometheus scrapes from the driver's UI during a job of several executors. */
@Tag("slow")
@ExtendWith(LabExtension.class)
class MetricsIT {
  private static final Duration LIMIT = Duration.ofMinutes(4);

  private static final Pattern FIGURE =
      Pattern.compile(
          "metrics_penstock_driver_plugin_io_penstock_cluster_PenstockPlugin_(\\w+)_Value\\{.*?} (\\S+)");

  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void eachExecutorsFiguresAddUpToTheSummary(Lab lab) throws Exception {
    TestJob job = lab.localJob("metrics", new Shape(600, 0, 8));
    int port = freePort();
    Map<String, String> settings =
        Map.of(
            "spark.ui.enabled",
            "true",
            "spark.ui.port",
            String.valueOf(port),
            "spark.metrics.namespace",
            "penstock",
            "spark.metrics.conf",
            Path.of("conf/metrics.properties").toAbsolutePath().toString());

    Map<String, Double> last = new TreeMap<>();
    boolean grew = false;
    try (Submission submission =
        lab.cluster().submit(DeployMode.CLIENT, settings, "infer", job.file())) {
      long endNanos = System.nanoTime() + LIMIT.toNanos();
      while (submission.submitter().isAlive() && System.nanoTime() < endNanos) {
        Map<String, Double> scraped = scrape(port);
        grew |= answered(last) > 0 && answered(scraped) > answered(last);
        if (!scraped.isEmpty()) {
          last = scraped;
        }
        Await.pause(Duration.ofMillis(300));
      }
      assertThat(submission.awaitExit()).as(submission.tail()).isZero();
    }

    RunFigures run = job.onlyRun();
    assertThat(grew).as("figures come while calls are made").isTrue();
    long called = run.count("/called");
    List<String> answered =
        last.keySet().stream()
            .filter(name -> name.matches("executor_\\w+_requests_answered"))
            .toList();
    assertThat(answered).hasSizeGreaterThan(1);
    assertSum(last, "requests_answered", run.count("/succeeded"));
    assertSum(last, "requests_failed", run.count("/failed"));
    assertSum(last, "attempts", called + run.count("/retries"));
    assertSum(last, "attempts_rate_limited", run.count("/rate_limited"));
    assertSum(last, "gen_ai_client_token_usage_input", run.count("/input_tokens"));
    assertSum(last, "gen_ai_client_token_usage_output", run.count("/output_tokens"));
    assertSum(last, "cost_usd", run.usd("/cost_usd").doubleValue());
    assertSum(
        last,
        "waste_usd",
        run.usd("/waste_usd/known").add(run.usd("/waste_usd/possible")).doubleValue());
  }

  private static double answered(Map<String, Double> figures) {
    return figures.getOrDefault("total_requests_answered", 0.0);
  }

  /** Of the whole, and of the executors. */
  private static void assertSum(Map<String, Double> figures, String name, double expected) {
    double sum =
        figures.entrySet().stream()
            .filter(figure -> figure.getKey().matches("executor_\\d+_" + name))
            .mapToDouble(Map.Entry::getValue)
            .sum();
    assertThat(figures.get("total_" + name)).as(name).isEqualTo(expected, within(1e-9));
    assertThat(sum).as(name + " of executors").isEqualTo(expected, within(1e-9));
  }

  /** Empty while there is no UI. */
  private Map<String, Double> scrape(int port) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + port + "/metrics/prometheus/");
    Map<String, Double> figures = new TreeMap<>();
    try {
      HttpResponse<String> response =
          http.send(
              HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build(),
              HttpResponse.BodyHandlers.ofString());
      Matcher figure = FIGURE.matcher(response.body());
      while (figure.find()) {
        figures.put(figure.group(1), Double.valueOf(figure.group(2)));
      }
    } catch (ConnectException e) {
      return Map.of();
    } catch (IOException e) {
      return figures; // it ends
    }
    return figures;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}

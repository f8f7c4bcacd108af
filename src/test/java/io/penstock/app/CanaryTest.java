package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.cluster.DriverCoordinator;
import io.penstock.pipeline.PromptJob;
import io.penstock.pipeline.RunInterrupt;
import io.penstock.pipeline.RunMode;
import io.penstock.provider.http.TestProxy;
import io.penstock.simulator.AnswerFunction;
import io.penstock.simulator.Simulator;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Credentials;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.WriterAppender;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Keys, prompts and completions are looked for where they must not be: logs, the Spark UI, the
 * event log, run folder.
 */
class CanaryTest {
  private static final String KEY = "sk-canary-key-0815";
  private static final String PASSWORD = "canary-proxy-password";
  private static final String GATE = "canary-gate-token";
  private static final String SYSTEM = "canary-system-instructions";
  private static final String QUESTION = "canary-question";
  private static final int MAX_PAGES = 400;

  @TempDir Path folder;

  @Test
  void noSecretAndNoPromptIsSeenOutsideOfResultsAndStore() throws Exception {
    JobHarness.spark().stop();
    StringWriter log = new StringWriter();
    LoggerContext context = (LoggerContext) LogManager.getContext(false);
    captureInfo(context, log);
    Map<String, String> pages;
    try {
      pages = runAndBrowse();
    } finally {
      context.reconfigure();
    }

    String eventLog = read(folder.resolve("events"));
    List<String> canaries =
        List.of(
            KEY,
            PASSWORD,
            Credentials.basic("lake", PASSWORD),
            GATE,
            SYSTEM,
            QUESTION,
            AnswerFunction.tagFor("Q: " + QUESTION).substring(1, 13));
    assertThat(pages).hasSizeGreaterThan(20);
    assertThat(eventLog).contains("SparkListenerSQLExecutionStart");
    assertThat(log.toString()).contains("TaskSetManager");
    for (String canary : canaries) {
      assertThat(log.toString()).doesNotContain(canary);
      assertThat(eventLog).doesNotContain(canary);
      assertThat(pages)
          .allSatisfy((address, page) -> assertThat(page).as(address).doesNotContain(canary));
    }
    assertThat(read(folder.resolve("runs")) + read(folder.resolve("store")))
        .doesNotContain(KEY, PASSWORD, Credentials.basic("lake", PASSWORD), GATE);
  }

  private Map<String, String> runAndBrowse() throws IOException, InterruptedException {
    JobHarness jobs = new JobHarness(folder);
    jobs.file(
        "input.jsonl",
        "{\"id\": 1, \"question\": \"" + QUESTION + "\"}",
        "{\"id\": 2, \"question\": null}");
    Files.createDirectory(folder.resolve("events"));
    try (Simulator simulator = JobHarness.simulator("api-key=" + KEY);
        TestProxy proxy = TestProxy.asking(Credentials.basic("lake", PASSWORD))) {
      Path key = jobs.file("key", KEY);
      Path password = jobs.file("password", PASSWORD);
      Path gate = jobs.file("gate", GATE);
      Path path = jobs.job(simulator.origin());
      JobFile file =
          JobFile.read(
              path.toString(),
              List.of(
                  "providers.openai.api_key_file=" + key,
                  "providers.openai.headers={X-Gate-Token: {file: '" + gate + "'}}",
                  "providers.openai.proxy={url: 'http://127.0.0.1:%d', user: lake, password: {file: '%s'}}"
                      .formatted(proxy.port(), password),
                  "concurrency.warm_up=false", // the proxy sees the first request of a connection
                  "prompt.system=" + SYSTEM),
              JobWiring.DIALECTS);
      SparkSession spark =
          SparkSessions.start(
              "canary",
              "local[2]",
              List.of(
                  "spark.ui.enabled=true",
                  "spark.ui.port=0",
                  "spark.eventLog.enabled=true",
                  "spark.eventLog.compress=false",
                  "spark.eventLog.dir=" + folder.resolve("events").toUri()));
      try (JobWiring wiring = JobWiring.of(file)) {
        DriverCoordinator.current()
            .orElseThrow()
            .offerSecrets(wiring.readSecrets(), wiring::readAgain);
        PromptJob.Finished finished =
            new PromptJob(spark, wiring.setup(), line -> {}).run(RunMode.PLAIN, new RunInterrupt());
        assertThat(finished.summary().succeeded()).isEqualTo(1);
        assertThat(proxy.heads()).anyMatch(head -> head.contains("X-Gate-Token: " + GATE));
        return browse(spark.sparkContext().uiWebUrl().get());
      } finally {
        spark.stop();
      }
    }
  }

  /** All pages that links lead to, and the REST API's answers. */
  private static Map<String, String> browse(String origin)
      throws IOException, InterruptedException {
    HttpClient client = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();
    ArrayDeque<String> open =
        new ArrayDeque<>(
            List.of(
                "/jobs/",
                "/stages/",
                "/storage/",
                "/environment/",
                "/executors/",
                "/SQL/",
                "/api/v1/applications"));
    Map<String, String> pages = new HashMap<>();
    while (!open.isEmpty() && pages.size() < MAX_PAGES) {
      String address = open.remove();
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(URI.create(origin + address)).build(),
              HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      pages.put(address, answer.body());
      Matcher links =
          Pattern.compile(
                  "href=\"(?:"
                      + Pattern.quote(origin)
                      + ")?(/(?:jobs|stages|storage|SQL|environment|executors)[^\"#]*)\"")
              .matcher(answer.body());
      while (links.find()) {
        String link = links.group(1).replace("&amp;", "&").replace(" ", "%20");
        if (!pages.containsKey(link) && !open.contains(link) && !link.contains("kill")) {
          open.add(link);
        }
      }
      Matcher id = Pattern.compile("\"id\" : \"(local-[0-9]+)\"").matcher(answer.body());
      if (address.endsWith("applications") && id.find()) {
        for (String part :
            List.of(
                "jobs",
                "stages",
                "sql?details=true&planDescription=true",
                "environment",
                "allexecutors")) {
          open.add("/api/v1/applications/" + id.group(1) + "/" + part);
        }
      }
    }
    return pages;
  }

  private static void captureInfo(LoggerContext context, StringWriter log) {
    Configuration configuration = context.getConfiguration();
    WriterAppender appender =
        WriterAppender.newBuilder()
            .setTarget(log)
            .setName("canary")
            .setLayout(PatternLayout.newBuilder().withPattern("%p %c: %m%n%ex").build())
            .build();
    appender.start();
    configuration.getRootLogger().removeAppender("console");
    configuration.getRootLogger().addAppender(appender, Level.INFO, null);
    for (String logger : List.of("", "org.apache.spark", "io.penstock")) {
      Configurator.setLevel(logger, Level.INFO);
    }
  }

  private static String read(Path root) throws IOException {
    StringBuilder all = new StringBuilder();
    try (var files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        all.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
      }
    }
    return all.toString();
  }
}

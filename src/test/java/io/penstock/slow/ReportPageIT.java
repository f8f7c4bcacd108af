package io.penstock.slow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.app.CommandLines;
import io.penstock.bench.SimulatorProcess;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The report of a run with faults, refusals, batches and a cascade, in a real browser. Fails where
 * there is no Chromium, unless {@code -Dslow.browser=skip} says that this is known.
 */
@Tag("slow")
class ReportPageIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int WIDE = 1240;
  private static final int PHONE = 390;
  private static final int TAB = 9;
  private static final int ENTER = 13;

  @TempDir static Path folder;
  private static Path run;
  private static Chromium browser;

  @BeforeAll
  static void runTheJob() throws IOException {
    Optional<Path> program = Chromium.find();
    if (System.getProperty("slow.browser", "").equals("skip")) {
      assumeThat(program).isPresent();
    }
    assertThat(program)
        .as("not installed: apt-get install chromium, or -Dslow.browser=skip")
        .isPresent();
    try (SimulatorProcess simulator =
        SimulatorProcess.start(
            "--latency",
            "lognormal:150ms:1s",
            "--faults",
            "500=0.03,reset=0.01",
            "--max-in-flight",
            "12",
            "--batch-seconds",
            "2",
            "--batch-faults",
            "expired=0.5",
            "--batch-faulty",
            "1")) {
      ReportJob job = ReportJob.create(folder.resolve("job"), simulator.origin());
      assertThat(job.infer()).isZero();
      run = job.runFolder();
    }
    browser = Chromium.start(program.get(), folder);
  }

  @AfterAll
  static void close() {
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void open() throws IOException {
    browser.prefer("light");
    browser.size(WIDE, 900);
    browser.open(page().toUri());
  }

  private static Path page() {
    return run.resolve("report.html");
  }

  private static JsonNode summary() throws IOException {
    return JSON.readTree(Files.readString(run.resolve("summary.json")));
  }

  @Test
  void nothingGoesWrongAndNothingIsAskedFor() {
    assertThat(browser.problems()).isEmpty();
    assertThat(browser.requests()).isNotEmpty().containsOnly(page().toUri().toString());
  }

  @Test
  void theRunHadAllThatTheReportIsFor() throws IOException {
    JsonNode summary = summary();

    assertThat(summary.path("rate_limited").asLong()).isPositive();
    assertThat(summary.path("batched").asLong()).isPositive();
    assertThat(summary.path("retries").asLong()).isPositive();
    assertThat(summary.at("/cascade/escalated").asLong()).isPositive();
    assertThat(summary.at("/failed_by_kind/INVALID_REQUEST").asLong()).isEqualTo(6);
    for (String part :
        new String[] {"latency", "tokens", "retries", "limits", "batches", "cascade"}) {
      assertThat(charts("#" + part)).as(part).isPositive();
    }
    assertThat(charts("#bill")).isEqualTo(2);
    assertThat(charts("#throughput")).isPositive().isEven();
    assertThat(browser.evaluate("document.querySelector('#batches').textContent").asText())
        .contains("expired", "completed");
  }

  private static int charts(String within) throws IOException {
    return browser
        .evaluate("document.querySelectorAll('%s canvas').length".formatted(within))
        .asInt();
  }

  @ParameterizedTest
  @ValueSource(strings = {"light", "dark"})
  void everyChartIsDrawnInBothThemes(String scheme) throws IOException {
    browser.prefer(scheme);

    JsonNode empty =
        browser.evaluate(
            "[...document.querySelectorAll('canvas')].filter(canvas => !Chart.getChart(canvas)"
                + " || !canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(byte => byte))"
                + ".map(canvas => canvas.getAttribute('aria-label'))");

    assertThat(charts("body")).isGreaterThanOrEqualTo(8);
    assertThat(empty).isEmpty();
    assertThat(browser.evaluate("getComputedStyle(document.body).backgroundColor").asText())
        .isEqualTo(scheme.equals("light") ? "rgb(244, 246, 249)" : "rgb(14, 19, 26)");
    assertThat(browser.problems()).isEmpty();
  }

  @Test
  void theFiguresAreTheSummarys() throws IOException {
    Map<String, String> expected = new TreeMap<>();
    flatten("", summary(), expected);

    JsonNode shown =
        browser.evaluate(
            "Object.fromEntries([...document.querySelectorAll('#all tbody tr')]"
                + ".map(row => [...row.children].map(cell => cell.textContent)))");

    Map<String, String> told = new TreeMap<>();
    shown.properties().forEach(each -> told.put(each.getKey(), plain(each.getValue().asText())));
    assertThat(told).isEqualTo(expected);
    BigDecimal bill =
        new BigDecimal(
            browser
                .evaluate("document.querySelector('#bill tfoot td:nth-of-type(6)').textContent")
                .asText());
    assertThat(bill).isEqualByComparingTo(summary().path("cost_usd").decimalValue());
  }

  private static void flatten(String path, JsonNode tree, Map<String, String> into) {
    if (tree.isObject()) {
      tree.properties()
          .forEach(
              each ->
                  flatten(
                      (path.isEmpty() ? "" : path + ".") + each.getKey(), each.getValue(), into));
    } else {
      into.put(path, plain(tree.isNumber() ? tree.decimalValue().toPlainString() : tree.asText()));
    }
  }

  /** Numbers in one form. */
  private static String plain(String text) {
    return text.matches("-?[0-9.]+")
        ? new BigDecimal(text).stripTrailingZeros().toPlainString()
        : text;
  }

  @Test
  void noPromptIsInTheFile() throws IOException {
    for (String file : new String[] {"report.html", "report.json", "batches.json"}) {
      assertThat(Files.readString(run.resolve(file))).doesNotContain(ReportJob.SECRET);
    }
  }

  @Test
  void everythingIsReachedByTheKeyboard() throws IOException {
    int expected =
        browser
            .evaluate(
                "[...document.querySelectorAll('a[href], summary, [tabindex=\"0\"]')].filter(each => each.checkVisibility()).length")
            .asInt();
    browser.evaluate("window.reached = new Set(); document.activeElement.blur(); 0");
    for (int i = 0; i < expected; i++) {
      browser.press("Tab", TAB);
      browser.evaluate("reached.add(document.activeElement); 0");
    }
    assertThat(browser.evaluate("reached.delete(document.body); reached.size").asInt())
        .isEqualTo(expected);

    browser.evaluate("document.querySelector('#latency summary').focus(); 0");
    browser.press("Enter", ENTER);
    assertThat(browser.evaluate("document.querySelector('#latency details').open").asBoolean())
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"light", "dark"})
  void itKeepsTheRulesOfAccessibility(String scheme) throws IOException {
    browser.prefer(scheme);
    browser.evaluate("document.querySelectorAll('details').forEach(each => each.open = true); 0");
    try (InputStream axe =
        ReportPageIT.class.getResourceAsStream(
            "/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js")) {
      browser.evaluate(new String(axe.readAllBytes(), StandardCharsets.UTF_8) + "; 0");
    }

    JsonNode violations =
        browser.evaluate(
            "axe.run().then(told => told.violations.map(each => each.id + ': ' + each.nodes.map(node => node.html).slice(0, 3).join(' ')))");

    assertThat(violations).isEmpty();
  }

  @Test
  void aPhoneShowsItWithoutScrollingSideways() throws IOException {
    browser.size(PHONE, 800);
    browser.open(page().toUri());

    assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
        .isLessThanOrEqualTo(PHONE);
  }

  @Test
  void itLooksAsIntended() throws IOException {
    Path shots =
        Files.createDirectories(
            Path.of(System.getProperty("slow.folder", folder.toString()), "report"));
    for (String scheme : new String[] {"light", "dark"}) {
      browser.prefer(scheme);
      browser.size(WIDE, 5_000);
      browser.screenshot(shots.resolve(scheme + ".png"));
    }
    browser.prefer("light");
    browser.size(PHONE, 6_000);
    browser.screenshot(shots.resolve("phone.png"));

    Files.copy(page(), shots.resolve("report.html"), StandardCopyOption.REPLACE_EXISTING);
    assertThat(shots.resolve("phone.png")).isNotEmptyFile(); // for people to look at
  }

  @Test
  void theCommandDrawsTheSamePage() throws IOException {
    String before = Files.readString(page());

    assertThat(CommandLines.execute("report", run.toString())).isZero();

    assertThat(page()).hasContent(before);
  }
}

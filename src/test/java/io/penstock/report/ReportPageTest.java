package io.penstock.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.report.ReportFigures.Sample;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ReportPageTest {
  private static final Pattern DATA =
      Pattern.compile("<script type=\"application/json\" id=\"data\">(.*?)</script>");
  private static final String TIMELINE = "{\"points\": [{\"seconds\": 2, \"answered\": 8}]}";

  private static String embedded(String page) {
    Matcher data = DATA.matcher(page);
    assertThat(data.find()).isTrue();
    return data.group(1);
  }

  private static JsonNode data(RunFiles files) throws IOException {
    return new ObjectMapper().readTree(embedded(ReportPage.of(files)));
  }

  @Test
  void thePageHasAllItNeedsInItself() {
    String page = ReportPage.of(Reports.onlySummary(Summaries.ordinary()));

    assertThat(page)
        .startsWith("<!DOCTYPE html>")
        .contains("Chart.js v4", "The MIT License", "default-src 'none'", "</html>")
        .doesNotContain("@{", "sourceMappingURL");
    assertThat(page).doesNotContainPattern("(src|href)=\"(?!#|data:,)");
  }

  @Test
  void itHasTheSummaryAndAmountsKeepAllTheirDigits() throws IOException {
    JsonNode summary =
        data(Reports.onlySummary(Summaries.costing("12345678.000000000001"))).path("summary");

    assertThat(summary.path("rows").asLong()).isEqualTo(12_345);
    assertThat(summary.path("cost_usd").isTextual()).isTrue();
    assertThat(summary.path("cost_usd").asText()).isEqualTo("12345678.000000000001");
    assertThat(summary.at("/waste_usd/possible").asText()).isEqualTo("1.75");
    assertThat(summary.at("/saved_usd/duplicates").isNull()).isTrue();
    assertThat(summary.path("wall_seconds").isNumber()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "</script><script>alert(1)</script>",
        "<!--<script>",
        "]]>",
        "\u2028\u2029",
        "@{script}",
        "a\"b\\c",
        "&lt;"
      })
  void noTextCanLeaveTheData(String id) throws IOException {
    RunFiles files = Reports.with(Reports.figures(id, List.of()));

    assertThat(data(files).at("/figures/slowest/0/id").asText()).isEqualTo(id);
    assertThat(embedded(ReportPage.of(files))).doesNotContain("<", ">", "&", "\u2028");
  }

  @Test
  void theTitleIsText() {
    RunFiles files =
        new RunFiles("{\"run_id\": \"</title><b>\"}", null, null, null, Reports.NONE, Reports.NONE);

    assertThat(ReportPage.of(files)).contains("<title>&lt;/title&gt;&lt;b&gt;</title>");
  }

  @Test
  void samplesAreThereWhereTheFiguresHaveThem() throws IOException {
    Sample sample = new Sample("7", "small", "call", null, "user: Why?", "Because.");

    assertThat(data(Reports.with(Reports.figures("7", List.of(sample)))).at("/figures/samples/0"))
        .hasToString(
            "{\"id\":\"7\",\"model\":\"small\",\"served_from\":\"call\",\"error_kind\":null,"
                + "\"prompt\":\"user: Why?\",\"completion\":\"Because.\"}");
  }

  @Test
  void ofManyExecutionsTheLastOnesAreShown() throws IOException {
    Map<String, String> timelines =
        IntStream.range(0, 10)
            .boxed()
            .collect(Collectors.toMap(i -> "e" + i, i -> i == 9 ? "{\"points\": []}" : TIMELINE));

    JsonNode shown = data(Reports.withTimelines(timelines)).path("timelines");

    assertThat(shown.path("dropped").asInt()).isEqualTo(9 - ReportPage.EXECUTIONS);
    assertThat(shown.path("executions").findValuesAsText("execution"))
        .containsExactly("e3", "e4", "e5", "e6", "e7", "e8");
    assertThat(shown.at("/executions/0/steps/0/requests_per_second").asDouble()).isEqualTo(4);
  }

  @Test
  void filesThatCannotBeReadAreAsGoodAsNone() throws IOException {
    String torn = "{\"points\": [";
    RunFiles files =
        new RunFiles(
            Summaries.ordinary().toJson(),
            torn,
            torn,
            torn,
            new TreeMap<>(Map.of("a", torn)),
            new TreeMap<>(Map.of("a", torn)));

    JsonNode data = data(files);

    assertThat(data.path("figures").isNull()).isTrue();
    assertThat(data.at("/limits/executions")).isEmpty();
    assertThat(data.at("/timelines/executions")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "[]", "{\"run_id\": 5}", "{\"run_id\": \"r1\""})
  void withoutASummaryThereIsNoPage(String summary) {
    RunFiles files = new RunFiles(summary, null, null, null, Reports.NONE, Reports.NONE);

    assertThatThrownBy(() -> ReportPage.of(files))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("summary.json is no summary of a run");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 4, 5, 75, 130})
  void everyExitCodeOfARunIsExplained(int exitCode) {
    assertThat(ExitMeaning.of(exitCode)).endsWith(".").doesNotContain("exit code");
  }
}

package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The notebook as it was last executed, by {@code notebooks/run --update}. With {@code -Dnotebook}
 * that of another execution.
 */
class NotebookTest {
  private static final Path SOURCE = Path.of("notebooks/explore-results.ipynb");
  private static final Path EXECUTED = Path.of(System.getProperty("notebook", SOURCE.toString()));
  private static final int RUNS = 2;
  private static final int CHARTS = 3;
  private static final int TABLES = 7;

  /** Small enough for a repository, and to be shown where it is stored. */
  private static final long MAX_BYTES = 300_000;

  private static List<JsonNode> codeCells(Path file) throws IOException {
    List<JsonNode> cells = new ArrayList<>();
    for (JsonNode cell : new ObjectMapper().readTree(file.toFile()).path("cells")) {
      if (cell.path("cell_type").asText().equals("code")) {
        cells.add(cell);
      }
    }
    return cells;
  }

  private static List<JsonNode> outputs() throws IOException {
    List<JsonNode> outputs = new ArrayList<>();
    codeCells(EXECUTED).forEach(cell -> cell.path("outputs").forEach(outputs::add));
    return outputs;
  }

  private static long count(String mediaType) throws IOException {
    return outputs().stream().filter(output -> output.path("data").has(mediaType)).count();
  }

  private static String joined(JsonNode lines) {
    StringBuilder text = new StringBuilder();
    if (lines.isTextual()) {
      text.append(lines.asText());
    }
    lines.forEach(line -> text.append(line.asText()));
    return text.toString();
  }

  @Test
  void everyCellWasRunInOrderAndNoneFailed() throws IOException {
    List<Integer> counts =
        codeCells(EXECUTED).stream().map(cell -> cell.path("execution_count").asInt()).toList();

    assertThat(counts).isNotEmpty().isSorted().doesNotHaveDuplicates().doesNotContain(0);
    assertThat(outputs())
        .noneMatch(output -> output.path("output_type").asText().equals("error"))
        .noneMatch(output -> output.path("name").asText().equals("stderr"));
    assertThat(codeCells(EXECUTED).stream().map(cell -> joined(cell.path("source"))))
        .containsExactlyElementsOf(
            codeCells(SOURCE).stream().map(cell -> joined(cell.path("source"))).toList());
  }

  @Test
  void tablesAndChartsAreThereAndSmall() throws IOException {
    assertThat(count("text/html")).isEqualTo(TABLES);
    assertThat(count("image/png")).isEqualTo(CHARTS);
    assertThat(Files.size(EXECUTED)).isLessThan(MAX_BYTES);
  }

  @Test
  void theTablesSumsAreTheSummariesFigures() throws IOException {
    String printed = "";
    for (JsonNode output : outputs()) {
      printed += joined(output.path("text"));
    }
    Matcher lines =
        Pattern.compile("(r\\S+): cost (\\S+) USD, answered (\\d+), as the summary says")
            .matcher(printed);
    int runs = 0;
    while (lines.find()) {
      runs++;
      Path summary = EXECUTED.resolveSibling("runs/" + lines.group(1) + "/summary.json");
      if (Files.exists(summary)) {
        JsonNode told = new ObjectMapper().readTree(summary.toFile());
        assertThat(told.path("cost_usd").decimalValue()).isEqualByComparingTo(lines.group(2));
        assertThat(told.path("succeeded").asText()).isEqualTo(lines.group(3));
      }
    }

    assertThat(runs).as(printed).isEqualTo(RUNS);
  }

  @Test
  void itNamesNoMachine() throws IOException {
    String text = Files.readString(EXECUTED);

    assertThat(text).doesNotContainPattern("/(root|home|tmp|work|Users)/");
    assertThat(text).doesNotContain("target/notebooks/jupyter");
  }
}

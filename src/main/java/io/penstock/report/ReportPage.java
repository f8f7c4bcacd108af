package io.penstock.report;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A run's report as one HTML page that needs nothing else: figures, style, script and the charting
 * library stand in it. The figures are JSON in a script element; the page's script puts them into
 * the document as text.
 */
public final class ReportPage {
  private static final String FOLDER = "/io/penstock/report/";

  /** Each builds on those before. */
  private static final List<String> SCRIPTS =
      List.of("page.js", "run.js", "details.js", "report.js");

  /** Its version is that of the dependency. */
  private static final String LIBRARY = "/META-INF/resources/webjars/chart.js/4.5.1/";

  /** Of a run in many executions the last ones are shown. */
  static final int EXECUTIONS = 6;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private ReportPage() {}

  /**
   * Draws the page. What is missing beside the summary, or cannot be read, becomes a sentence on
   * it.
   *
   * @throws IllegalArgumentException when the summary is none
   */
  public static String of(RunFiles files) {
    JsonNode summary = tree(files.summary());
    if (!summary.isObject() || !summary.path("run_id").isTextual()) {
      throw new IllegalArgumentException("summary.json is no summary of a run");
    }
    ObjectNode data = JSON.createObjectNode();
    data.set("summary", summary);
    data.put("meaning", ExitMeaning.of(summary.path("exit_code").asInt()));
    data.set("figures", tree(files.figures()));
    data.set("plan", tree(files.plan()));
    data.set("batches", tree(files.batches()));
    data.set("timelines", executions(files.timelines(), ReportPage::timeline));
    data.set("limits", executions(files.limits(), ReportPage::limits));
    quoteAmounts(data, /* isAmount= */ false);
    return filled(
        resource(FOLDER + "report.html"),
        Map.of(
            "title", text(title(data)),
            "style", resource(FOLDER + "report.css"),
            "data", embedded(data),
            "licence", resource(LIBRARY + "LICENSE.md"),
            "library", library(),
            "script",
                SCRIPTS.stream().map(name -> resource(FOLDER + name)).collect(joining("\n"))));
  }

  private static String title(JsonNode data) {
    String run = data.at("/summary/run_id").asText();
    String job = data.at("/figures/job/name").asText();
    return job.isEmpty() ? run : job + " - " + run;
  }

  private static ObjectNode executions(
      SortedMap<String, String> files, Function<JsonNode, ObjectNode> read) {
    List<ObjectNode> shown = new ArrayList<>();
    files.forEach(
        (name, text) -> {
          ObjectNode one = read.apply(tree(text));
          if (!one.path("steps").isEmpty()) {
            shown.add(one.put("execution", name));
          }
        });
    int from = Math.max(0, shown.size() - EXECUTIONS);
    ObjectNode all = JSON.createObjectNode().put("dropped", from);
    ArrayNode last = all.putArray("executions");
    shown.subList(from, shown.size()).forEach(last::add);
    return all;
  }

  private static ObjectNode timeline(JsonNode file) {
    ObjectNode timeline = JSON.createObjectNode().put("started", file.path("started").asText());
    return timeline.set("steps", JSON.valueToTree(TimelineSteps.of(file)));
  }

  private static ObjectNode limits(JsonNode file) {
    return JSON.valueToTree(LimitSteps.of(file));
  }

  /** Null also of a file that cannot be read: a torn one says as much as none. */
  private static JsonNode tree(@Nullable String text) {
    try {
      JsonNode tree = text == null ? null : JSON.readTree(text);
      return tree == null || tree.isMissingNode() ? JSON.nullNode() : tree;
    } catch (JsonProcessingException e) {
      return JSON.nullNode();
    }
  }

  /** As text they keep all their digits in a script, which numbers do not. */
  private static void quoteAmounts(JsonNode tree, boolean isAmount) {
    if (tree instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> entry : List.copyOf(object.properties())) {
        boolean isUsd = isAmount || entry.getKey().endsWith("_usd");
        if (isUsd && entry.getValue().isNumber()) {
          String plain = entry.getValue().decimalValue().toPlainString();
          object.set(entry.getKey(), TextNode.valueOf(plain));
        } else {
          quoteAmounts(entry.getValue(), isUsd);
        }
      }
    } else {
      tree.forEach(element -> quoteAmounts(element, isAmount));
    }
  }

  /** As it may stand in a script element: no text can end that, or begin a comment in it. */
  private static String embedded(JsonNode data) {
    return data.toString()
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029");
  }

  private static String text(String value) {
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  /** Without the name of a file that is not there. */
  private static String library() {
    String script = resource(LIBRARY + "dist/chart.umd.min.js");
    int map = script.lastIndexOf("//# sourceMappingURL=");
    return map < 0 ? script : script.substring(0, map);
  }

  /** In one pass: what is put in is not looked into again. */
  private static String filled(String template, Map<String, String> parts) {
    StringBuilder page = new StringBuilder();
    int at = 0;
    for (int open = template.indexOf("@{"); open >= 0; open = template.indexOf("@{", at)) {
      int close = template.indexOf('}', open);
      page.append(template, at, open).append(parts.get(template.substring(open + 2, close)));
      at = close + 1;
    }
    return page.append(template, at, template.length()).toString();
  }

  private static String resource(String name) {
    try (InputStream in = ReportPage.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("The jar has no " + name + ": build it anew");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(name + " could not be read from the jar", e);
    }
  }
}

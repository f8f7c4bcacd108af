package io.penstock.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The README, taken apart. */
final class Readme {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  private Readme() {}

  static String text() throws IOException {
    return Files.readString(Path.of("README.md"));
  }

  /** Cells of the table rows between a heading and the next. */
  static List<String[]> rows(String heading) throws IOException {
    String section =
        text().split("\n## " + Pattern.quote(heading) + "\n", 2)[1].split("\n## ", 2)[0];
    return section
        .lines()
        .filter(line -> line.startsWith("| ") && !line.startsWith("| ---"))
        .skip(1)
        .map(
            line ->
                Arrays.stream(line.substring(1).split("(?<!\\\\)\\|"))
                    .map(String::strip)
                    .toArray(String[]::new))
        .toList();
  }

  /** Its blocks of YAML: the first is a job, each of the others is put over it. */
  static List<ObjectNode> jobs() throws IOException {
    Matcher blocks = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL).matcher(text());
    List<ObjectNode> jobs = new ArrayList<>();
    while (blocks.find()) {
      JsonNode block = YAML.readTree(blocks.group(1));
      jobs.add(jobs.isEmpty() ? (ObjectNode) block : with(jobs.get(0), block));
    }
    return jobs;
  }

  /**
   * The job with a part of another: its prompt takes the place of the first, its rules need a
   * second model.
   */
  private static ObjectNode with(ObjectNode whole, JsonNode part) throws IOException {
    ObjectNode job = whole.deepCopy();
    if (part.has("prompt")) {
      job.remove("prompt");
    }
    if (part.has("routing")) {
      ((ObjectNode) job.get("models")).set("large", job.path("models").path("small"));
    }
    return YAML.readerForUpdating(job).readValue(part);
  }
}

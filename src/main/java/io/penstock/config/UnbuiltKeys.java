package io.penstock.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.yaml.Problems;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keys of the job file whose features are not built yet: refused, never ignored. A value that asks
 * for nothing, such as {@code collapse_whitespace: false}, is accepted.
 */
final class UnbuiltKeys {
  private static final String ANY = "*";

  /**
   * Key path to the value that asks for nothing; an empty text where every value asks for
   * something.
   */
  private static final Map<String, String> KEYS = new LinkedHashMap<>();

  static {
    KEYS.put("evaluation", "");
  }

  private UnbuiltKeys() {}

  /** Notes each one that is set, and takes them all out of the tree. */
  static void refuse(ObjectNode job, Problems problems) {
    KEYS.forEach((path, nothing) -> refuse(job, List.of(path.split("\\.")), "", nothing, problems));
    refuseFormat(job.path("input"), "input.format", problems);
    refuseFormat(job.path("output"), "output.format", problems);
  }

  private static void refuse(
      JsonNode parent, List<String> path, String at, String nothing, Problems problems) {
    if (!(parent instanceof ObjectNode object)) {
      return;
    }
    String key = path.get(0);
    if (key.equals(ANY)) {
      object.properties().stream()
          .toList()
          .forEach(
              entry ->
                  refuse(
                      entry.getValue(),
                      path.subList(1, path.size()),
                      at + entry.getKey() + ".",
                      nothing,
                      problems));
    } else if (path.size() > 1) {
      refuse(object.path(key), path.subList(1, path.size()), at + key + ".", nothing, problems);
    } else if (object.has(key)) {
      JsonNode value = object.remove(key);
      if (!value.isNull() && !(value.isValueNode() && value.asText().equals(nothing))) {
        String allowed = nothing.isEmpty() ? "" : "; only " + nothing + " is allowed";
        problems.add(at + key, "is not built yet" + (allowed.isEmpty() ? "; remove it" : allowed));
      }
    }
  }

  private static void refuseFormat(JsonNode parent, String path, Problems problems) {
    String format = parent.path("format").asText();
    if (parent instanceof ObjectNode object
        && (format.equals("delta") || format.equals("iceberg"))) {
      problems.add(path, format + " is not built yet");
      object.remove("format");
    }
  }
}

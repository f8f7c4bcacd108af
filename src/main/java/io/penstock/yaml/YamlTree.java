package io.penstock.yaml;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** YAML text as a tree: repeated keys are errors, numbers keep all their digits. */
public final class YamlTree {
  private static final ObjectMapper YAML =
      new ObjectMapper(
              YAMLFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS) // a second document
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .configure(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES, false);

  private YamlTree() {}

  /**
   * The mapping in the text; an empty one, with the problem noted, when it is no mapping or no
   * YAML.
   */
  public static ObjectNode parse(String text, Problems problems) {
    try {
      JsonNode tree = YAML.readTree(text);
      if (tree instanceof ObjectNode object) {
        refuseAliases(text, problems);
        return object;
      }
      problems.add("", "must be a YAML mapping of keys to values");
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      String where =
          at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
      problems.add("", "is not valid YAML" + where + ": " + e.getOriginalMessage());
    }
    return YAML.createObjectNode();
  }

  /** An alias would be taken for a text of its name. */
  private static void refuseAliases(String text, Problems problems) throws JsonProcessingException {
    try (YAMLParser parser = ((YAMLFactory) YAML.getFactory()).createParser(text)) {
      while (parser.nextToken() != null) {
        if (parser.isCurrentAlias()) {
          problems.add("", "has the alias *" + parser.getText() + "; write the value out instead");
        }
      }
    } catch (JsonProcessingException e) {
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException("A text in memory could not be read", e);
    }
  }

  /** One value in YAML's own notation: {@code 5}, {@code true}, {@code [a, b]}; nothing is null. */
  static JsonNode parseValue(String text) {
    try {
      JsonNode value = YAML.readTree(text);
      return value.isMissingNode() ? NullNode.instance : value;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a YAML value: " + e.getOriginalMessage(), e);
    }
  }

  /** The tree as YAML text. */
  public static String write(JsonNode tree) {
    try {
      return YAML.writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree of plain values could not be written", e);
    }
  }

  /**
   * Puts {@code a.b=value} into the tree; a key that holds dots is written in double quotes.
   *
   * @param assignment as on the command line
   */
  public static void set(ObjectNode tree, String assignment, Problems problems) {
    int equals = assignment.indexOf('=');
    if (equals < 1) {
      problems.add("--set " + assignment, "must have the form key.path=value");
      return;
    }
    List<String> path = splitPath(assignment.substring(0, equals));
    ObjectNode parent = tree;
    for (String key : path.subList(0, path.size() - 1)) {
      parent = parent.get(key) instanceof ObjectNode object ? object : parent.putObject(key);
    }
    try {
      parent.set(path.get(path.size() - 1), parseValue(assignment.substring(equals + 1)));
    } catch (IllegalArgumentException e) {
      problems.add("--set " + assignment, e.getMessage());
    }
  }

  /** The tree without these keys; paths that lead nowhere, or into a list, are passed over. */
  public static ObjectNode without(ObjectNode tree, List<String> paths) {
    ObjectNode copy = tree.deepCopy();
    paths.forEach(path -> atParent(copy, path, ObjectNode::remove));
    return copy;
  }

  /** The tree with some text at each of these keys, where there is a mapping to put it. */
  public static ObjectNode withTexts(ObjectNode tree, List<String> paths) {
    ObjectNode copy = tree.deepCopy();
    paths.forEach(path -> atParent(copy, path, (parent, key) -> parent.put(key, "missing")));
    return copy;
  }

  private static void atParent(
      ObjectNode tree, String path, BiConsumer<ObjectNode, String> change) {
    for (Map.Entry<String, JsonNode> entry : tree.properties()) {
      String key = entry.getKey(); // which may hold dots itself
      if (path.startsWith(key + ".") && entry.getValue() instanceof ObjectNode child) {
        atParent(child, path.substring(key.length() + 1), change);
        return;
      }
    }
    if (tree.has(path) || path.indexOf('.') < 0) {
      change.accept(tree, path);
    }
  }

  private static List<String> splitPath(String path) {
    List<String> keys = new ArrayList<>();
    StringBuilder key = new StringBuilder();
    boolean quoted = false;
    for (char letter : path.toCharArray()) {
      if (letter == '"') {
        quoted = !quoted;
      } else if (letter == '.' && !quoted) {
        keys.add(key.toString());
        key.setLength(0);
      } else {
        key.append(letter);
      }
    }
    keys.add(key.toString());
    return keys;
  }
}

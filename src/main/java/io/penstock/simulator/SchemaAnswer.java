package io.penstock.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * JSON that fulfils a schema, drawn from random numbers. Of the keywords it knows those that
 * providers' structured outputs know, but for {@code pattern} and {@code format}. Not thread-safe.
 */
final class SchemaAnswer {
  /** What may be left out is left out from here on. */
  private static final int SHALLOW = 6;

  private static final int MOST_DEPTH = 64;
  private static final int MOST_WORDS = 4;
  private static final int MOST_FURTHER_ITEMS = 2;
  private static final int MOST_ABOVE_MINIMUM = 100;
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final JsonNode root;
  private final SplittableRandom random;

  private SchemaAnswer(JsonNode root, SplittableRandom random) {
    this.root = root;
    this.random = random;
  }

  static String draw(JsonNode schema, SplittableRandom random) {
    return new SchemaAnswer(schema, random).value(schema, 0).toString();
  }

  private JsonNode value(JsonNode schema, int depth) {
    if (schema.has("const")) {
      return schema.get("const");
    }
    if (schema.path("enum").size() > 0) {
      return schema.get("enum").get(random.nextInt(schema.get("enum").size()));
    }
    JsonNode other = instead(schema);
    if (other.isObject() && depth < MOST_DEPTH) {
      return value(other, depth + 1);
    }
    return switch (type(schema)) {
      case "object" -> object(schema, depth);
      case "array" -> array(schema, depth);
      case "integer" -> JSON.numberNode((long) number(schema, 1));
      case "number" -> JSON.numberNode(number(schema, 4));
      case "boolean" -> JSON.booleanNode(random.nextBoolean());
      case "null" -> JSON.nullNode();
      default -> JSON.textNode(text(schema));
    };
  }

  /** What a reference means, or the first of several ways; a missing node where it is neither. */
  private JsonNode instead(JsonNode schema) {
    String reference = schema.path("$ref").asText();
    if (reference.startsWith("#")) {
      return root.at(reference.substring(1));
    }
    for (String ways : new String[] {"anyOf", "oneOf", "allOf"}) {
      if (schema.path(ways).size() > 0) {
        return schema.get(ways).get(0);
      }
    }
    return JSON.missingNode();
  }

  private static String type(JsonNode schema) {
    JsonNode type = schema.path("type");
    return type.isArray() ? type.path(0).asText() : type.asText();
  }

  private ObjectNode object(JsonNode schema, int depth) {
    ObjectNode object = JSON.objectNode();
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      if (depth < SHALLOW || isRequired(schema, property.getKey())) {
        object.set(property.getKey(), value(property.getValue(), depth + 1));
      }
    }
    return object;
  }

  private static boolean isRequired(JsonNode schema, String name) {
    for (JsonNode required : schema.path("required")) {
      if (required.asText().equals(name)) {
        return true;
      }
    }
    return false;
  }

  private ArrayNode array(JsonNode schema, int depth) {
    int least = schema.path("minItems").asInt(0);
    int further = depth < SHALLOW ? random.nextInt(MOST_FURTHER_ITEMS + 1) : 0;
    int size = Math.min(least + further, schema.path("maxItems").asInt(Integer.MAX_VALUE));
    ArrayNode array = JSON.arrayNode();
    for (int i = 0; i < size; i++) {
      array.add(value(schema.path("items"), depth + 1));
    }
    return array;
  }

  /**
   * @param parts of which one has so many, so that they are exact
   */
  private double number(JsonNode schema, int parts) {
    double step = schema.path("multipleOf").asDouble(1.0 / parts);
    double least = limit(schema, "minimum", "exclusiveMinimum", step);
    double most = limit(schema, "maximum", "exclusiveMaximum", -step);
    if (Double.isNaN(least)) {
      least = Double.isNaN(most) ? 0 : Math.min(0, most);
    }
    if (Double.isNaN(most)) {
      most = least + MOST_ABOVE_MINIMUM;
    }
    long first = (long) Math.ceil(least / step);
    long last = (long) Math.floor(most / step);
    return step * (first + random.nextLong(Math.max(1, last - first + 1)));
  }

  /** Not a number where there is none. */
  private static double limit(JsonNode schema, String name, String exclusive, double inwards) {
    return schema.has(exclusive)
        ? schema.get(exclusive).asDouble() + inwards
        : schema.path(name).asDouble(Double.NaN);
  }

  private String text(JsonNode schema) {
    int least = schema.path("minLength").asInt(0);
    int most = schema.path("maxLength").asInt(Integer.MAX_VALUE);
    StringBuilder text = new StringBuilder();
    int words = 1 + random.nextInt(MOST_WORDS);
    for (int i = 0; i < words || text.length() < least; i++) {
      text.append(i == 0 ? "" : " ")
          .append(AnswerFunction.WORDS[random.nextInt(AnswerFunction.WORDS.length)]);
    }
    return text.substring(0, Math.min(text.length(), most));
  }
}

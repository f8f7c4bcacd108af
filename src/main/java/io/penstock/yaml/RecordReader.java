package io.penstock.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Binds a tree to nested records whose components carry {@link Key}. Unknown keys, wrong types and
 * values out of range become problems; reading goes on to find them all. A nested record that is
 * absent is read from nothing, so that its defaults hold.
 *
 * <p>Components may be String, Integer, Long, Boolean, BigDecimal, JsonNode (taken as it is),
 * another such record, or a List or Map of these.
 */
public final class RecordReader {
  private final Problems problems;

  public RecordReader(Problems problems) {
    this.problems = problems;
  }

  /** The record, or null when it has a problem. */
  public <T extends Record> @Nullable T read(JsonNode node, Class<T> type, String path) {
    if (!node.isObject()) {
      problems.add(path, "must be a mapping of keys to values, is " + describe(node));
      return null;
    }
    int before = problems.count();
    refuseUnknownKeys(node, type, path);
    RecordComponent[] components = type.getRecordComponents();
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      values[i] = readComponent(node, type, components[i], path);
    }
    return problems.count() == before ? construct(type, components, values, path) : null;
  }

  /** The snake_case keys that a record takes, without its rest. */
  public static Set<String> keys(Class<? extends Record> type) {
    return Arrays.stream(type.getRecordComponents())
        .filter(component -> !isRest(component))
        .map(RecordReader::keyOf)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** {@code maxOutputTokens} as a key: {@code max_output_tokens}. */
  public static String keyOf(RecordComponent component) {
    return component
        .getName()
        .replaceAll("([A-Z]|(?<=[a-z])[0-9])", "_$1")
        .toLowerCase(Locale.ROOT);
  }

  private static boolean isRest(RecordComponent component) {
    return component.isAnnotationPresent(Key.class) && component.getAnnotation(Key.class).rest();
  }

  private void refuseUnknownKeys(JsonNode node, Class<? extends Record> type, String path) {
    if (Arrays.stream(type.getRecordComponents()).anyMatch(RecordReader::isRest)) {
      return;
    }
    Set<String> known = keys(type);
    node.fieldNames()
        .forEachRemaining(
            key -> {
              if (!known.contains(key)) {
                problems.add(join(path, key), "unknown key; " + NearestName.hint(key, known));
              }
            });
  }

  private @Nullable Object readComponent(
      JsonNode node, Class<? extends Record> type, RecordComponent component, String path) {
    if (isRest(component)) {
      return readRest(node, type);
    }
    Key key = component.getAnnotation(Key.class);
    String name = keyOf(component);
    JsonNode value = node.get(name);
    if (value == null || value.isNull()) {
      value = absent(component, key);
    }
    if (value != null) {
      return readValue(value, component.getGenericType(), key, join(path, name));
    }
    if (key != null && key.required()) {
      problems.add(join(path, name), "is required");
    }
    return null;
  }

  private static @Nullable JsonNode absent(RecordComponent component, @Nullable Key key) {
    if (key != null && !key.fallback().isEmpty()) {
      return YamlTree.parseValue(key.fallback());
    }
    boolean defaultsInside = component.getType().isRecord() && (key == null || !key.required());
    return defaultsInside || component.getType() == Map.class && (key == null || !key.required())
        ? JsonNodeFactory.instance.objectNode()
        : null;
  }

  private static Map<String, JsonNode> readRest(JsonNode node, Class<? extends Record> type) {
    Set<String> known = keys(type);
    Map<String, JsonNode> rest = new LinkedHashMap<>();
    node.properties().stream()
        .filter(entry -> !known.contains(entry.getKey()))
        .forEach(entry -> rest.put(entry.getKey(), entry.getValue()));
    return rest;
  }

  private @Nullable Object readValue(JsonNode value, Type type, @Nullable Key key, String path) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      return generic.getRawType() == List.class
          ? readList(value, arguments[0], path)
          : readMap(value, arguments[1], path);
    }
    if (type instanceof Class<?> plain && plain.isRecord()) {
      return read(value, plain.asSubclass(Record.class), path);
    }
    return type == JsonNode.class ? value : readScalar(value, type, key, path);
  }

  private @Nullable List<Object> readList(JsonNode value, Type element, String path) {
    if (!value.isArray()) {
      problems.add(path, "must be a list, is " + describe(value));
      return null;
    }
    List<Object> list = new ArrayList<>();
    for (int i = 0; i < value.size(); i++) {
      list.add(readValue(value.get(i), element, null, path + "[" + i + "]"));
    }
    return list;
  }

  private @Nullable Map<String, Object> readMap(JsonNode value, Type element, String path) {
    if (!value.isObject()) {
      problems.add(path, "must be a mapping, is " + describe(value));
      return null;
    }
    Map<String, Object> map = new LinkedHashMap<>();
    value
        .properties()
        .forEach(
            entry ->
                map.put(
                    entry.getKey(),
                    readValue(entry.getValue(), element, null, join(path, entry.getKey()))));
    return map;
  }

  private @Nullable Object readScalar(JsonNode value, Type type, @Nullable Key key, String path) {
    Object scalar = convert(value, type);
    if (scalar == null) {
      problems.add(path, "must be " + nameOf(type) + ", is " + describe(value));
      return null;
    }
    return key == null || allowed(scalar, key, path) ? scalar : null;
  }

  private static @Nullable Object convert(JsonNode value, Type type) {
    if (type == String.class) {
      return value.isValueNode() && !value.isNull() ? value.asText() : null;
    }
    if (type == Boolean.class) {
      return value.isBoolean() ? value.booleanValue() : null;
    }
    if (type == Integer.class) {
      return value.isIntegralNumber() && value.canConvertToInt() ? value.intValue() : null;
    }
    if (type == Long.class) {
      return value.isIntegralNumber() && value.canConvertToLong() ? value.longValue() : null;
    }
    return type == BigDecimal.class ? decimal(value) : null;
  }

  /**
   * Numbers, and texts that hold one: prices are written as strings so that no reader rounds them.
   */
  private static @Nullable BigDecimal decimal(JsonNode value) {
    try {
      return value.isNumber() || value.isTextual() ? new BigDecimal(value.asText().strip()) : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private boolean allowed(Object scalar, Key key, String path) {
    List<String> words = List.of(key.oneOf());
    if (!words.isEmpty() && !words.contains(scalar.toString())) {
      problems.add(path, "is '" + scalar + "', must be one of " + String.join(", ", words));
      return false;
    }
    if (scalar instanceof String text && key.required() && text.isBlank()) {
      problems.add(path, "must not be empty");
      return false;
    }
    if (scalar instanceof Number number
        && (number.doubleValue() < key.min() || number.doubleValue() > key.max())) {
      problems.add(path, "is " + scalar + ", must be " + range(key));
      return false;
    }
    return true;
  }

  private static String range(Key key) {
    String least = "at least " + plain(key.min());
    return key.max() == Double.POSITIVE_INFINITY
        ? least
        : least + " and at most " + plain(key.max());
  }

  private static String plain(double bound) {
    return BigDecimal.valueOf(bound).stripTrailingZeros().toPlainString();
  }

  private static String nameOf(Type type) {
    if (type == Boolean.class) {
      return "true or false";
    }
    return type == String.class
        ? "a text"
        : type == BigDecimal.class ? "a number" : "a whole number";
  }

  private static String describe(JsonNode node) {
    return switch (node.getNodeType()) {
      case OBJECT -> "a mapping";
      case ARRAY -> "a list";
      case NULL -> "nothing";
      default -> "'" + node.asText() + "'";
    };
  }

  private static String join(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private <T extends Record> @Nullable T construct(
      Class<T> type, RecordComponent[] components, @Nullable Object[] values, String path) {
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      var constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      problems.add(path, String.valueOf(e.getCause().getMessage()));
      return null;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " cannot be constructed", e);
    }
  }
}

package io.penstock.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.lake.Columns;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * The column {@code parsed} of the results: answers as a struct. Objects with properties are
 * structs, arrays are arrays, and what no column type fits is the text of its JSON.
 */
final class ParsedColumn {
  /** References that lead deeper lead in circles. */
  private static final int MOST_DEPTH = 32;

  private final JsonNode root;

  private ParsedColumn(JsonNode root) {
    this.root = root;
  }

  /**
   * Names of the results beside {@link Columns#RESULTS}.
   *
   * @param schema null where the job has none
   */
  static List<String> names(@Nullable JsonNode schema) {
    return schema == null ? List.of() : List.of(Columns.PARSED);
  }

  static DataType type(JsonNode schema) {
    return new ParsedColumn(schema).type(schema, 0);
  }

  /** Of a completion that fulfils the schema. */
  static Column of(Column completion, DataType type) {
    return type instanceof StructType struct
        ? functions.from_json(completion, struct)
        : completion.cast(type);
  }

  private DataType type(JsonNode schema, int depth) {
    if (depth > MOST_DEPTH) {
      return DataTypes.StringType;
    }
    String reference = schema.path("$ref").asText();
    if (reference.equals("#") || reference.startsWith("#/")) {
      return type(root.at(reference.substring(1)), depth + 1);
    }
    return switch (onlyType(schema.path("type"))) {
      case "integer" -> DataTypes.LongType;
      case "number" -> DataTypes.DoubleType;
      case "boolean" -> DataTypes.BooleanType;
      case "array" -> array(schema, depth);
      case "object" -> object(schema.path("properties"), depth);
      default -> DataTypes.StringType;
    };
  }

  /** Null beside another type is what any column allows. */
  private static String onlyType(JsonNode type) {
    Set<String> types = new TreeSet<>();
    (type.isArray() ? type : List.of(type)).forEach(each -> types.add(each.asText()));
    types.remove("null");
    return types.size() == 1 ? types.iterator().next() : "";
  }

  private DataType array(JsonNode schema, int depth) {
    return schema.has("prefixItems") || schema.path("items").isArray()
        ? DataTypes.StringType // each place has a type of its own
        : DataTypes.createArrayType(type(schema.path("items"), depth + 1));
  }

  private DataType object(JsonNode properties, int depth) {
    List<StructField> fields = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Map.Entry<String, JsonNode> property : properties.properties()) {
      names.add(property.getKey().toLowerCase(Locale.ROOT));
      fields.add(
          DataTypes.createStructField(
              property.getKey(), type(property.getValue(), depth + 1), true));
    }
    boolean isTellable = !fields.isEmpty() && names.size() == fields.size();
    return isTellable ? DataTypes.createStructType(fields) : DataTypes.StringType;
  }
}

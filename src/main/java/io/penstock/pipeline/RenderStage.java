package io.penstock.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.udf;

import io.penstock.lake.Columns;
import io.penstock.prompt.PromptOptimizer;
import io.penstock.prompt.PromptTemplate;
import io.penstock.yaml.NearestName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Adds the column {@link #PROMPT} with the prompt of each row, or why it has none. Lazy. */
final class RenderStage {
  /** Of type {@link PromptRenderer#RENDERED}. */
  static final String PROMPT = LoadStage.RESERVED_PREFIX + "prompt";

  private final PromptSource source;

  /**
   * Parsed templates, or the name of a messages column.
   *
   * @param user null with {@code messages}
   */
  record PromptSource(
      @Nullable PromptTemplate system,
      @Nullable PromptTemplate user,
      @Nullable String messages,
      PromptOptimizer optimizer) {
    /** Prompts that stay as they are. */
    PromptSource(
        @Nullable PromptTemplate system, @Nullable PromptTemplate user, @Nullable String messages) {
      this(system, user, messages, PromptOptimizer.NONE);
    }
  }

  RenderStage(PromptSource source) {
    this.source = source;
  }

  /**
   * @throws InvalidInputException when a column is missing or of a type that cannot be rendered
   */
  Dataset<Row> apply(Dataset<Row> input) {
    return input.withColumn(PROMPT, source.messages() == null ? templates(input) : messages(input));
  }

  private Column templates(Dataset<Row> input) {
    List<String> names =
        Stream.of(source.system(), source.user())
            .filter(template -> template != null)
            .flatMap(template -> template.columns().stream())
            .distinct()
            .toList();
    requireColumns(input.schema(), names);
    List<Column> values = new ArrayList<>();
    for (String name : names) {
      values.add(asText(input, name).as("c" + values.size()));
    }
    Column row = struct(values.toArray(Column[]::new));
    return udf(
            new PromptRenderer.Templates(
                source.system(), source.user(), List.copyOf(names), source.optimizer()),
            PromptRenderer.RENDERED)
        .apply(values.isEmpty() ? struct(expr("0")) : row);
  }

  private static Column asText(Dataset<Row> input, String name) {
    List<String> path = resolve(input.schema(), name);
    Column column = col(Columns.quote(path.get(0)));
    DataType type = input.schema().apply(path.get(0)).dataType();
    for (String field : path.subList(1, path.size())) {
      column = column.getField(field);
      type = ((StructType) type).apply(field).dataType();
    }
    boolean nested =
        type instanceof StructType || type instanceof ArrayType || type instanceof MapType;
    if (nested) {
      return to_json(column, Map.of("ignoreNullFields", "false"));
    }
    return type instanceof DecimalType ? column : column.cast(DataTypes.StringType);
  }

  private static void requireColumns(StructType schema, List<String> names) {
    List<String> known = List.of(schema.fieldNames());
    List<String> missing =
        names.stream()
            .filter(name -> findField(schema, resolve(schema, name)).isEmpty())
            .map(
                name ->
                    "prompt: the input has no column '"
                        + name
                        + "'; "
                        + NearestName.hint(name, known))
            .toList();
    if (!missing.isEmpty()) {
      throw new InvalidInputException(String.join("\n", missing));
    }
  }

  /** A column of that exact name, else a path into structs. */
  private static List<String> resolve(StructType schema, String name) {
    return List.of(schema.fieldNames()).contains(name)
        ? List.of(name)
        : List.of(name.split("\\.", -1));
  }

  private static Optional<DataType> findField(StructType schema, List<String> path) {
    if (!List.of(schema.fieldNames()).contains(path.get(0))) {
      return Optional.empty();
    }
    DataType type = schema.apply(path.get(0)).dataType();
    if (path.size() == 1) {
      return Optional.of(type);
    }
    return type instanceof StructType struct
        ? findField(struct, path.subList(1, path.size()))
        : Optional.empty();
  }

  private Column messages(Dataset<Row> input) {
    String name = String.valueOf(source.messages());
    LoadStage.requireColumn(input, name, "prompt.messages");
    DataType type = input.schema().apply(name).dataType();
    if (!isConversation(type)) {
      throw new InvalidInputException(
          "prompt.messages: column "
              + name
              + " must be array<struct<role:string, content:string>>, is "
              + type.catalogString());
    }
    Column turns =
        expr(
            "transform("
                + Columns.quote(name)
                + ", m -> if(m is null, null, struct(m.role as role, m.content as content)))");
    return udf(new PromptRenderer.Conversation(name, source.optimizer()), PromptRenderer.RENDERED)
        .apply(struct(turns));
  }

  private static boolean isConversation(DataType type) {
    if (!(type instanceof ArrayType array) || !(array.elementType() instanceof StructType turn)) {
      return false;
    }
    return Stream.of(Columns.ROLE, Columns.CONTENT)
        .allMatch(
            field ->
                List.of(turn.fieldNames()).contains(field)
                    && turn.apply(field).dataType().equals(DataTypes.StringType));
  }
}

package io.penstock.app;

import com.fasterxml.classmate.ResolvedType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.victools.jsonschema.generator.CustomDefinition;
import com.github.victools.jsonschema.generator.CustomDefinition.AttributeInclusion;
import com.github.victools.jsonschema.generator.CustomDefinition.DefinitionType;
import com.github.victools.jsonschema.generator.FieldScope;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigPart;
import com.github.victools.jsonschema.generator.SchemaVersion;
import io.penstock.config.JobSpec;
import io.penstock.yaml.Key;
import io.penstock.yaml.Problems;
import io.penstock.yaml.RecordReader;
import io.penstock.yaml.YamlTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes the JSON Schema of the job file from the records that a job file is read into, for editors.
 * Draft 7, which editors of YAML know best. It refuses nothing that the reader takes: where a text
 * is asked for a number will do, and where a key may be missing it may be null.
 */
final class JobSchema {
  /** What {@code new BigDecimal} reads. */
  private static final String DECIMAL =
      "^\\s*[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?\\s*$";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final JobSchemaTexts texts;

  JobSchema(JobSchemaTexts texts) {
    this.texts = texts;
  }

  /** The schema as {@code conf/job.schema.json} has it. */
  String write() throws IOException {
    ObjectNode schema = of(JobSpec.class);
    new JobSchemaForms(schema, of(priceEntry())).complete();
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(schema) + "\n";
  }

  private static Class<?> priceEntry() {
    try {
      return Class.forName("io.penstock.pricing.PriceEntryReader$PriceEntry");
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("The record of a price has another name now", e);
    }
  }

  private ObjectNode of(Class<?> type) {
    SchemaGeneratorConfigBuilder builder =
        new SchemaGeneratorConfigBuilder(JSON, SchemaVersion.DRAFT_7, OptionPreset.PLAIN_JSON)
            .with(
                Option.INLINE_ALL_SCHEMAS,
                Option.FORBIDDEN_ADDITIONAL_PROPERTIES_BY_DEFAULT,
                Option.MAP_VALUES_AS_ADDITIONAL_PROPERTIES);
    builder
        .forTypesInGeneral()
        .withPropertySorter((left, right) -> 0)
        .withCustomDefinitionProvider((resolved, context) -> scalar(resolved));
    describe(builder.forFields());
    ObjectNode schema = new SchemaGenerator(builder.build()).generateSchema(type);
    unfold(schema);
    allowNulls(schema);
    return schema;
  }

  /** The types that the reader takes more for than their name says. */
  private static @Nullable CustomDefinition scalar(ResolvedType type) {
    ObjectNode definition = JsonNodeFactory.instance.objectNode();
    if (type.getErasedType() == String.class) {
      definition.putArray("type").add("string").add("number").add("boolean");
    } else if (type.getErasedType() == BigDecimal.class) {
      definition.putArray("type").add("number").add("string");
      definition.put("pattern", DECIMAL);
    } else if (type.getErasedType() != JsonNode.class) {
      return null;
    }
    return new CustomDefinition(definition, DefinitionType.INLINE, AttributeInclusion.YES);
  }

  private void describe(SchemaGeneratorConfigPart<FieldScope> fields) {
    fields
        .withIgnoreCheck(field -> key(field, Key::rest).orElse(false))
        .withPropertyNameOverrideResolver(field -> RecordReader.keyOf(component(field)))
        .withRequiredCheck(field -> isWhole(field) && key(field, Key::required).orElse(false))
        .withDescriptionResolver(field -> ofWhole(field, whole -> texts.of(component(whole))))
        .withDefaultResolver(field -> ofWhole(field, JobSchema::fallback))
        .withEnumResolver(field -> ofWhole(field, JobSchema::words))
        .withNumberInclusiveMinimumResolver(field -> bound(field, Key::min))
        .withNumberInclusiveMaximumResolver(field -> bound(field, Key::max))
        .withStringPatternResolver(field -> isText(field) && mustBeSaid(field) ? "\\S" : null);
  }

  /** The component itself, not an element of the list or map that it is. */
  private static boolean isWhole(FieldScope field) {
    return !field.isFakeContainerItemScope();
  }

  private static <T> @Nullable T ofWhole(FieldScope field, Function<FieldScope, @Nullable T> ask) {
    return isWhole(field) ? ask.apply(field) : null;
  }

  private static boolean isText(FieldScope field) {
    return isWhole(field) && component(field).getType() == String.class;
  }

  private static boolean mustBeSaid(FieldScope field) {
    return key(field, Key::required).orElse(false) && words(field) == null;
  }

  private static RecordComponent component(FieldScope field) {
    return Arrays.stream(field.getRawMember().getDeclaringClass().getRecordComponents())
        .filter(component -> component.getName().equals(field.getDeclaredName()))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(field + " is of no record"));
  }

  private static <T> Optional<T> key(FieldScope field, Function<Key, T> ask) {
    return Optional.ofNullable(component(field).getAnnotation(Key.class)).map(ask);
  }

  private static @Nullable Object fallback(FieldScope field) {
    String yaml = key(field, Key::fallback).orElse("");
    if (yaml.isEmpty()) {
      return null;
    }
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    YamlTree.set(tree, "value=" + yaml, new Problems("fallback"));
    return tree.get("value");
  }

  private static @Nullable List<Object> words(FieldScope field) {
    List<Object> words = new ArrayList<>();
    for (String word : key(field, Key::oneOf).orElse(new String[0])) {
      words.add(word);
      if (word.equals("true") || word.equals("false")) {
        words.add(Boolean.valueOf(word)); // as YAML reads it without quotes
      }
    }
    return words.isEmpty() ? null : words;
  }

  private static @Nullable BigDecimal bound(FieldScope field, Function<Key, Double> side) {
    return isWhole(field)
        ? key(field, side)
            .filter(Double::isFinite)
            .map(
                bound ->
                    new BigDecimal(BigDecimal.valueOf(bound).stripTrailingZeros().toPlainString()))
            .orElse(null)
        : null;
  }

  /** What the generator says of one key in two parts, in one. */
  private static void unfold(JsonNode node) {
    if (node instanceof ObjectNode object && object.has("allOf")) {
      object.remove("allOf").forEach(part -> object.setAll((ObjectNode) part));
    }
    node.forEach(JobSchema::unfold);
  }

  /** A key that may be missing may be null. */
  private static void allowNulls(JsonNode schema) {
    if (!schema.isObject()) {
      return;
    }
    List<String> required = new ArrayList<>();
    schema.path("required").forEach(name -> required.add(name.asText()));
    schema
        .path("properties")
        .properties()
        .forEach(
            property -> {
              if (!required.contains(property.getKey())) {
                allowNull((ObjectNode) property.getValue());
              }
              allowNulls(property.getValue());
            });
    List.of("items", "additionalProperties").forEach(inside -> allowNulls(schema.path(inside)));
  }

  private static void allowNull(ObjectNode property) {
    JsonNode type = property.path("type");
    if (type.isTextual()) {
      property.putArray("type").add(type.asText()).add("null");
    } else if (type.isArray()) {
      property.withArray("type").add("null");
    }
    if (property.has("enum")) {
      property.withArray("enum").addNull();
    }
  }

  static JsonNode read(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException("The schema is no JSON", e);
    }
  }
}

package io.penstock.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The validator as it is used here: it fetches nothing, and speaks English everywhere. */
final class Schemas {
  /** Of a schema that does not say. */
  static final SpecificationVersion DEFAULT = SpecificationVersion.DRAFT_2020_12;

  private static final int MOST_TOLD = 3;

  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(
          DEFAULT,
          builder ->
              builder.schemaRegistryConfig(
                  SchemaRegistryConfig.builder().locale(Locale.ENGLISH).build()));

  private Schemas() {}

  /**
   * @throws RuntimeException of whatever kind when it cannot be used
   */
  static Schema compile(JsonNode schema) {
    Schema compiled = REGISTRY.getSchema(schema);
    compiled.initializeValidators();
    return compiled;
  }

  /** What describes the schemas of a version. */
  static Schema metaSchema(SpecificationVersion version) {
    return REGISTRY.getSchema(SchemaLocation.of(version.getDialectId()));
  }

  /** The first problems, with their places. */
  static String told(List<Error> errors) {
    String first =
        errors.stream()
            .map(Error::toString)
            .distinct()
            .limit(MOST_TOLD)
            .map(text -> text.startsWith(": ") ? text.substring(2) : text)
            .collect(Collectors.joining("; "));
    return errors.size() > MOST_TOLD ? first + "; and more" : first;
  }
}

package io.penstock.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import java.util.Optional;

/** What a job's response schema must be. */
public final class SchemaRules {
  private static final String VERSION = "$schema";
  private static final String REFERENCE = "$ref";

  private SchemaRules() {}

  /** Why it cannot be used; empty where it can. */
  public static Optional<String> problem(JsonNode schema) {
    if (!schema.isObject()) {
      return Optional.of("must be a mapping: a JSON Schema");
    }
    String version = schema.path(VERSION).asText(Schemas.DEFAULT.getDialectId());
    Optional<SpecificationVersion> known = SpecificationVersion.fromDialectId(version);
    if (known.isEmpty()) {
      return Optional.of("has the unknown $schema '" + version + "'");
    }
    List<Error> errors = Schemas.metaSchema(known.get()).validate(schema);
    if (!errors.isEmpty()) {
      return Optional.of("is no JSON Schema: " + Schemas.told(errors));
    }
    if (!schema.path("type").asText().equals("object")) {
      return Optional.of("must have the type object: providers take no other");
    }
    return foreignReference(schema).or(() -> unusable(schema));
  }

  private static Optional<String> foreignReference(JsonNode schema) {
    return schema.findValues(REFERENCE).stream()
        .map(JsonNode::asText)
        .filter(reference -> !reference.startsWith("#"))
        .findFirst()
        .map(reference -> "has the $ref '" + reference + "', must be one that begins with #");
  }

  private static Optional<String> unusable(JsonNode schema) {
    try {
      Schemas.compile(schema);
      return Optional.empty();
    } catch (RuntimeException e) { // of the validator or of what it parses
      return Optional.of(
          "cannot be used: " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
  }
}

package io.penstock.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Judges answers by a JSON Schema. Thread-safe. */
public final class ResponseSchema {
  private static final ObjectReader READER =
      new ObjectMapper()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .reader()
          .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final Schema schema;

  private ResponseSchema(Schema schema) {
    this.schema = schema;
  }

  /**
   * @param json a schema with which {@link SchemaRules} found no problem
   */
  public static ResponseSchema of(String json) {
    try {
      return new ResponseSchema(Schemas.compile(READER.readTree(json)));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("The response schema is no JSON", e);
    }
  }

  /**
   * What is wrong with an answer; empty where it fulfils the schema.
   *
   * @param text null where the answer has none
   */
  public Optional<String> problem(@Nullable String text) {
    if (text == null || text.isBlank()) {
      return Optional.of("there is no text");
    }
    try {
      List<Error> errors = schema.validate(READER.readTree(text));
      return errors.isEmpty() ? Optional.empty() : Optional.of(Schemas.told(errors));
    } catch (JsonProcessingException e) {
      return Optional.of("it is no JSON");
    }
  }
}

package io.penstock.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.schema.ResponseSchema;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SchemaAnswerTest {
  private static final int SEEDS = 200;

  private static String draw(String schema, long seed) {
    try {
      return SchemaAnswer.draw(new ObjectMapper().readTree(schema), new SplittableRandom(seed));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static String object(String property) {
    return "{\"type\": \"object\", \"additionalProperties\": false, \"required\": [\"p\"],"
        + " \"properties\": {\"p\": "
        + property
        + "}}";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\": \"string\", \"minLength\": 30, \"maxLength\": 31}",
        "{\"type\": \"integer\", \"minimum\": -3, \"maximum\": 3}",
        "{\"type\": \"integer\", \"maximum\": -5}",
        "{\"type\": \"integer\", \"multipleOf\": 7, \"minimum\": 1}",
        "{\"type\": \"number\", \"exclusiveMinimum\": 0, \"exclusiveMaximum\": 1}",
        "{\"type\": [\"boolean\", \"null\"]}",
        "{\"enum\": [\"a\", 1, null]}",
        "{\"const\": \"c\"}",
        "{\"anyOf\": [{\"type\": \"null\"}, {\"type\": \"string\"}]}",
        "{\"type\": \"array\", \"minItems\": 2, \"maxItems\": 3, \"items\": {\"type\": \"string\"}}",
        "{\"type\": \"array\", \"items\": {\"$ref\": \"#\"}}"
      })
  void fulfilsTheSchema(String property) {
    String schema = object(property);
    ResponseSchema judge = ResponseSchema.of(schema);

    for (long seed = 0; seed < SEEDS; seed++) {
      String answer = draw(schema, seed);
      assertThat(judge.problem(answer)).as(answer).isEmpty();
    }
  }

  @Test
  void followsFromItsRandomNumbers() {
    String schema = object("{\"type\": \"string\"}");
    Set<String> drawn = new HashSet<>();
    for (long seed = 0; seed < SEEDS; seed++) {
      drawn.add(draw(schema, seed));
    }

    assertThat(draw(schema, 1)).isEqualTo(draw(schema, 1));
    assertThat(drawn).hasSizeGreaterThan(SEEDS / 2);
  }
}

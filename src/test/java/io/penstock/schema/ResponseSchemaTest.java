package io.penstock.schema;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResponseSchemaTest {
  private static final ResponseSchema SCHEMA =
      ResponseSchema.of(
          """
          {"type": "object", "required": ["label"], "additionalProperties": false,
           "properties": {"label": {"$ref": "#/$defs/label"}, "score": {"type": "number", "maximum": 1}},
           "$defs": {"label": {"enum": ["good", "bad"]}}}
          """);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '§',
      value = {
        "{\"label\": \"good\"}",
        " {\"score\": 0.5, \"label\": \"bad\"} ",
        "{\"label\": \"bad\", \"score\": 1.0}"
      })
  void acceptsWhatFulfilsIt(String text) {
    assertThat(SCHEMA.problem(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '§',
      value = {
        "good | it is no JSON",
        "{\"label\": \"go | it is no JSON",
        "{\"label\": \"good\"} I hope this helps! | it is no JSON",
        "```json {\"label\": \"good\"} ``` | it is no JSON",
        "{} | required property 'label' not found",
        "{\"label\": \"fine\"} | /label: does not have a value in the enumeration [\"good\", \"bad\"]",
        "{\"label\": \"good\", \"score\": 2} | /score: must have a maximum value of 1",
        "[] | array found, object expected"
      })
  void saysWhatIsWrong(String text, String problem) {
    assertThat(SCHEMA.problem(text)).contains(problem);
  }

  @Test
  void anAnswerWithoutTextFulfilsNothing() {
    assertThat(SCHEMA.problem(null)).contains("there is no text");
    assertThat(SCHEMA.problem(" \n")).contains("there is no text");
  }

  @Test
  void tellsTheFirstProblemsOnly() {
    ResponseSchema many =
        ResponseSchema.of("{\"type\": \"object\", \"required\": [\"a\", \"b\", \"c\", \"d\"]}");

    assertThat(many.problem("{}").orElseThrow())
        .contains("'c'", "; and more")
        .doesNotContain("'d'");
  }
}

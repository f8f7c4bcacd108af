package io.penstock.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ParsedColumnTest {
  private static DataType type(String schema) {
    try {
      return ParsedColumn.type(new ObjectMapper().readTree(schema));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '§',
      value = {
        "{\"type\": \"string\"} | string",
        "{\"type\": \"integer\"} | bigint",
        "{\"type\": \"number\"} | double",
        "{\"type\": \"boolean\"} | boolean",
        "{\"type\": [\"null\", \"integer\"]} | bigint",
        "{\"type\": [\"string\", \"integer\"]} | string",
        "{\"enum\": [1, \"a\"]} | string",
        "{\"anyOf\": [{\"type\": \"integer\"}]} | string",
        "{\"type\": \"array\", \"items\": {\"type\": \"number\"}} | array<double>",
        "{\"type\": \"array\"} | array<string>",
        "{\"type\": \"array\", \"prefixItems\": [{\"type\": \"number\"}]} | string",
        "{\"type\": \"object\"} | string",
        "{\"type\": \"object\", \"properties\": {\"b\": {\"type\": \"integer\"}, \"a c\": true}} | struct<b:bigint,a c:string>",
        "{\"type\": \"object\", \"properties\": {\"a\": true, \"A\": true}} | string",
        "{\"$ref\": \"#/$defs/x\"} | bigint",
        "{\"$ref\": \"#/$defs/list\"} | array<struct<of:bigint>>"
      })
  void aFieldHasTheTypeOfItsSchema(String field, String expected) {
    DataType type =
        type(
            "{\"type\": \"object\", \"properties\": {\"f\": "
                + field
                + "}, \"$defs\": {\"x\": {\"type\": \"integer\"}, \"list\": {\"type\": \"array\","
                + " \"items\": {\"type\": \"object\", \"properties\": {\"of\":"
                + " {\"$ref\": \"#/$defs/x\"}}}}}}");

    assertThat(type.catalogString()).isEqualTo("struct<f:" + expected + ">");
  }

  @Test
  void aSchemaThatHoldsItselfEndsInText() {
    String schema = "{\"type\": \"object\", \"properties\": {\"next\": {\"$ref\": \"#\"}}}";

    assertThat(type(schema).catalogString()).startsWith("struct<next:struct<").contains(":string>");
  }

  @Test
  void answersBecomeStructs() {
    DataType type =
        type(
            "{\"type\": \"object\", \"properties\": {\"label\": {\"type\": \"string\"}, \"scores\":"
                + " {\"type\": \"array\", \"items\": {\"type\": \"number\"}}, \"any\": {}, \"n\":"
                + " {\"type\": \"integer\"}}}");

    Row row =
        SparkForTests.sql(
                "select '{\"label\": \"a\", \"scores\": [1, 2.5], \"any\": {\"x\": [1, null]},"
                    + " \"further\": 1}' as answer union all select null")
            .select(ParsedColumn.of(col("answer"), type).as("parsed"))
            .orderBy("parsed")
            .selectExpr("collect_list(to_json(parsed))", "count(*)")
            .first();

    assertThat(row.<String>getList(0))
        .containsExactly("{\"label\":\"a\",\"scores\":[1.0,2.5],\"any\":\"{\\\"x\\\":[1,null]}\"}");
    assertThat(row.getLong(1)).isEqualTo(2);
  }

  @Test
  void anAnswerOfNoPropertiesStaysText() {
    assertThat(type("{\"type\": \"object\"}").catalogString()).isEqualTo("string");
  }
}

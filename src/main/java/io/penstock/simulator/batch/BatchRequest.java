package io.penstock.simulator.batch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * One request of a batch.
 *
 * @param texts its members that are strings, by name; a member of another kind is an empty one
 * @param body of the request, the bytes as they were sent; empty where there is none
 * @param model that the body names; empty where it names none
 */
public record BatchRequest(Map<String, String> texts, byte[] body, String model) {
  private static final String MODEL = "model";

  /** For requests of any size that the API takes. */
  static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .build();

  public BatchRequest {
    texts = Map.copyOf(texts);
  }

  /** Empty where it has none. */
  public String customId() {
    return text("custom_id");
  }

  /** Empty where it has none of this name, or one of another kind. */
  public String text(String name) {
    return texts.getOrDefault(name, "");
  }

  /**
   * Reads one request.
   *
   * @param json an object and nothing after it
   * @param bodyName of the member that holds the body
   * @throws IOException where it is no such JSON
   */
  public static BatchRequest parse(byte[] json, String bodyName) throws IOException {
    Map<String, String> texts = new HashMap<>();
    byte[] body = new byte[0];
    String model = "";
    try (JsonParser parser = JSON.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new JsonParseException(parser, "not an object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (name.equals(bodyName) && value == JsonToken.START_OBJECT) {
          int from = (int) parser.currentTokenLocation().getByteOffset();
          model = skipBody(parser);
          body = Arrays.copyOfRange(json, from, (int) parser.currentLocation().getByteOffset());
        } else {
          texts.put(name, value == JsonToken.VALUE_STRING ? parser.getText() : "");
          parser.skipChildren();
        }
      }
      if (parser.nextToken() != null) {
        throw new JsonParseException(parser, "more than one object");
      }
    }
    return new BatchRequest(texts, body, model);
  }

  /** Leaves the parser at the body's end. */
  private static String skipBody(JsonParser parser) throws IOException {
    String model = "";
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean isModel = parser.currentName().equals(MODEL);
      if (parser.nextToken() == JsonToken.VALUE_STRING && isModel) {
        model = parser.getText();
      }
      parser.skipChildren();
    }
    return model;
  }
}

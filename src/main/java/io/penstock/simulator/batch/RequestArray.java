package io.penstock.simulator.batch;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the requests in a file {@code {"requests": [{...}, ...]}} without holding them. */
public final class RequestArray {
  private static final String REQUESTS = "requests";

  private RequestArray() {}

  /**
   * @param found gets the place of each
   * @return false where there is no such array
   * @throws com.fasterxml.jackson.core.JsonProcessingException where it is no JSON
   */
  public static boolean read(Path file, SpooledRequests found) throws IOException {
    boolean isThere = false;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file));
        JsonParser parser = BatchRequest.JSON.createParser(in)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new JsonParseException(parser, "not an object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean isRequests = parser.currentName().equals(REQUESTS);
        if (parser.nextToken() == JsonToken.START_ARRAY && isRequests) {
          isThere = true;
          readElements(parser, found);
        } else {
          parser.skipChildren();
        }
      }
      if (parser.nextToken() != null) {
        throw new JsonParseException(parser, "more than one object");
      }
    }
    return isThere;
  }

  private static void readElements(JsonParser parser, SpooledRequests found) throws IOException {
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw new JsonParseException(parser, "a request that is not an object");
      }
      long from = parser.currentTokenLocation().getByteOffset();
      parser.skipChildren();
      long to = parser.currentLocation().getByteOffset();
      found.add(from, Math.toIntExact(to - from));
    }
  }
}

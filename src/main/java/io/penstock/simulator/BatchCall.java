package io.penstock.simulator;

import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.io.InputStream;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call of a Batch API, whose body can be read.
 *
 * @param path without what stands before the kind of thing that is called, such as {@code
 *     /files/ID/content}
 * @param isAzure true for a call to Azure's addresses
 */
record BatchCall(HttpServerExchange exchange, String path, boolean isAzure) {
  private static final int MAX_JSON_BYTES = 1 << 20;

  /** Method and path with {@code *} for an id, such as {@code GET /files/*}. */
  String shape() {
    List<String> parts = List.of(path.substring(1).split("/", -1));
    StringBuilder shape = new StringBuilder(exchange.getRequestMethod().toString()).append(' ');
    for (int i = 0; i < parts.size(); i++) {
      shape.append('/').append(i == 1 ? "*" : parts.get(i));
    }
    return shape.toString();
  }

  /** What {@link #shape} has {@code *} for. */
  String id() {
    return path.split("/", -1)[2];
  }

  String method() {
    return exchange.getRequestMethod().toString();
  }

  /** Null where the query does not have it. */
  @Nullable String query(String name) {
    Deque<String> values = exchange.getQueryParameters().get(name);
    return values == null || values.isEmpty() || values.getFirst().isEmpty()
        ? null
        : values.getFirst();
  }

  /**
   * The length of a page.
   *
   * @param usual where the query names none
   */
  int limit(int usual, int most, RequestFields.Wording wording) throws ApiException {
    String text = query("limit");
    if (text == null) {
      return usual;
    }
    if (!text.matches("\\d{1,6}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > most) {
      throw wording.invalid("limit", "invalid_value", "must be a whole number from 1 to " + most);
    }
    return Integer.parseInt(text);
  }

  RequestFields json(WireDialect dialect) throws ApiException, IOException {
    InputStream in = exchange.getInputStream();
    byte[] body = in.readNBytes(MAX_JSON_BYTES + 1);
    if (body.length > MAX_JSON_BYTES) {
      throw dialect.bodyTooLarge();
    }
    return RequestFields.parse(body, dialect);
  }

  /** Where the caller has found the simulator, without a path. */
  String origin() {
    return exchange.getRequestScheme() + "://" + exchange.getHostAndPort();
  }
}

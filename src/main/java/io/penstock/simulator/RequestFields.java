package io.penstock.simulator;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.penstock.domain.Message;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** The fields of a request body with the checks that the dialects have in common. */
final class RequestFields {
  private static final ObjectReader READER =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxStringLength(ExchangeHandler.MAX_BODY_BYTES)
                          .build())
                  .build())
          .reader()
          .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final JsonNode root;
  private final Wording wording;

  private RequestFields(JsonNode root, Wording wording) {
    this.root = root;
    this.wording = wording;
  }

  /** How a dialect says that a request is wrong. */
  interface Wording {
    ApiException unreadable();

    ApiException missing(String field);

    /**
     * @param code OpenAI's word for what is wrong
     * @param detail what the value must be or is
     */
    ApiException invalid(String field, String code, String detail);
  }

  static RequestFields parse(byte[] body, Wording wording) throws ApiException {
    try {
      JsonNode root = READER.readTree(body);
      if (!root.isObject()) {
        throw wording.unreadable();
      }
      return new RequestFields(root, wording);
    } catch (JsonProcessingException e) {
      throw wording.unreadable();
    } catch (IOException e) {
      // bytes that are not UTF-8
      throw wording.unreadable();
    }
  }

  /** The names of all fields. */
  List<String> names() {
    List<String> names = new ArrayList<>(root.size());
    root.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** The first field that is not among those known. */
  Optional<String> firstUnknown(Set<String> known) {
    for (Iterator<String> names = root.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!known.contains(name)) {
        return Optional.of(name);
      }
    }
    return Optional.empty();
  }

  boolean has(String field) {
    return root.hasNonNull(field);
  }

  /** True also where the field is null. */
  boolean mentions(String field) {
    return root.has(field);
  }

  /** The field as it is; a missing node where it is absent. */
  JsonNode value(String field) {
    return root.path(field);
  }

  /** The first field of this name at any depth; a missing node where there is none. */
  JsonNode find(String field) {
    JsonNode found = root.findValue(field);
    return found == null ? MissingNode.getInstance() : found;
  }

  /** The fields of an object within; none where it is absent. */
  RequestFields within(String field) throws ApiException {
    JsonNode value = root.path(field);
    if (!value.isObject() && has(field)) {
      throw wording.invalid(field, "invalid_type", "must be an object");
    }
    return new RequestFields(value, wording);
  }

  boolean isTrue(String field) {
    return root.path(field).asBoolean(false);
  }

  /** A text that must be there and not empty. */
  String requiredText(String field) throws ApiException {
    JsonNode value = root.path(field);
    if (value.isMissingNode() || value.isNull() || value.asText().isEmpty() && value.isTextual()) {
      throw wording.missing(field);
    }
    if (!value.isTextual()) {
      throw wording.invalid(field, "invalid_type", "must be a string");
    }
    return value.textValue();
  }

  /** Checks a number that may be absent or null. */
  void checkRange(String field, double min, double max) throws ApiException {
    JsonNode value = root.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return;
    }
    if (!value.isNumber()) {
      throw wording.invalid(field, "invalid_type", "must be a number");
    }
    if (value.doubleValue() > max) {
      throw wording.invalid(field, "decimal_above_max_value", "must be at most " + text(max));
    }
    if (value.doubleValue() < min) {
      throw wording.invalid(field, "decimal_below_min_value", "must be at least " + text(min));
    }
  }

  private static String text(double limit) {
    return Long.toString((long) limit);
  }

  /** A whole number of at least 1; empty where it is absent or null. */
  OptionalLong positiveInteger(String field) throws ApiException {
    JsonNode value = root.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return OptionalLong.empty();
    }
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw wording.invalid(field, "invalid_type", "must be a whole number");
    }
    if (value.longValue() < 1) {
      throw wording.invalid(field, "integer_below_min_value", "must be at least 1");
    }
    return OptionalLong.of(value.longValue());
  }

  /**
   * @param roles the dialect's, in the order in which an error names them
   */
  List<Message> messages(List<String> roles) throws ApiException {
    JsonNode messages = root.path("messages");
    if (messages.isMissingNode() || messages.isNull()) {
      throw wording.missing("messages");
    }
    if (!messages.isArray()) {
      throw wording.invalid("messages", "invalid_type", "must be an array");
    }
    if (messages.isEmpty()) {
      throw wording.invalid("messages", "empty_array", "must hold at least one message");
    }
    List<Message> read = new ArrayList<>(messages.size() + 1);
    for (int i = 0; i < messages.size(); i++) {
      read.add(message(messages.get(i), "messages." + i, roles));
    }
    return read;
  }

  private Message message(JsonNode message, String path, List<String> roles) throws ApiException {
    String role = message.path("role").asText("");
    if (!roles.contains(role)) {
      throw wording.invalid(
          path + ".role", "invalid_value", "must be one of " + String.join(", ", roles));
    }
    boolean mayBeEmpty = role.equals(Message.ASSISTANT);
    JsonNode content = message.path("content");
    if (content.isNull() && mayBeEmpty) {
      return new Message(role, "");
    }
    return new Message(role, text(content, path + ".content"));
  }

  /** The text of a field that is a string or an array of text blocks; empty where absent. */
  String textOf(String field) throws ApiException {
    return has(field) ? text(root.path(field), field) : "";
  }

  private String text(JsonNode content, String path) throws ApiException {
    if (content.isTextual()) {
      return content.textValue();
    }
    if (!content.isArray()) {
      throw wording.invalid(path, "invalid_type", "must be a string or an array of text blocks");
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < content.size(); i++) {
      JsonNode block = content.get(i);
      if (!block.path("type").asText("").equals("text") || !block.path("text").isTextual()) {
        throw wording.invalid(
            path + "." + i, "invalid_value", "must be a text block; the simulator reads text only");
      }
      text.append(block.path("text").textValue());
    }
    return text.toString();
  }
}

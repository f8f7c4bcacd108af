package io.penstock.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.domain.Message;
import java.util.ArrayList;
import java.util.List;

/** Reads the turns of a Gemini request. Thread-safe. */
final class GeminiContents {
  private static final String CONTENTS = "contents";
  private static final String INSTRUCTION = "systemInstruction";

  private final RequestFields.Wording wording;

  GeminiContents(RequestFields.Wording wording) {
    this.wording = wording;
  }

  /** At least one; the instructions are the first. */
  List<Message> messages(RequestFields fields) throws ApiException {
    JsonNode contents = fields.value(CONTENTS);
    if (!contents.isArray() || contents.isEmpty()) {
      throw wording.missing(CONTENTS);
    }
    List<Message> messages = new ArrayList<>(contents.size() + 1);
    if (fields.has(INSTRUCTION)) {
      messages.add(new Message(Message.SYSTEM, text(fields.value(INSTRUCTION), INSTRUCTION)));
    }
    for (int i = 0; i < contents.size(); i++) {
      String place = CONTENTS + "[" + i + "]";
      messages.add(new Message(role(contents.get(i), place), text(contents.get(i), place)));
    }
    return messages;
  }

  private String role(JsonNode content, String place) throws ApiException {
    return switch (content.path("role").asText(Message.USER)) {
      case "user" -> Message.USER;
      case "model" -> Message.ASSISTANT;
      default ->
          throw wording.invalid(place + ".role", "", "Please use a valid role: user, model.");
    };
  }

  private String text(JsonNode content, String place) throws ApiException {
    JsonNode parts = content.path("parts");
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < parts.size(); i++) {
      if (!parts.get(i).path("text").isTextual()) {
        throw wording.invalid(
            place + ".parts[" + i + "]", "", "must be a text; the simulator reads text only");
      }
      text.append(parts.get(i).path("text").textValue());
    }
    if (text.isEmpty()) {
      throw wording.missing(place + ".parts");
    }
    return text.toString();
  }
}

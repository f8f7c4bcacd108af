package io.penstock.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Distinct questions of about 400 characters each, and how they are asked.
 *
 * @param inFlight calls at once
 */
record Prompts(int count, int inFlight) {
  static final String MODEL = "gpt-4o-mini";
  static final String SYSTEM =
      "You answer questions of customers of an online shop. Be brief; answer in the language of the question.";
  static final int MAX_OUTPUT_TOKENS = 256;

  private static final ObjectMapper JSON = new ObjectMapper();

  /** The question of a row, from 0. */
  String question(int row) {
    return ("Ticket %d. The parcel with order number %d was to arrive last week. The tracking page has shown the"
            + " same place for %d days, and the seller does not answer. The order holds a coat, two pairs of"
            + " gloves and a lamp; the lamp was a present and is not needed any more. Can the lamp be sent back"
            + " when it comes, who pays for that, and how long does it take until the money is back?")
        .formatted(row, 1_000_003L * row % 99_999_989, row % 9);
  }

  /** The request for one question, as Penstock sends it. */
  byte[] body(String question) throws IOException {
    ObjectNode body = JSON.createObjectNode().put("model", MODEL);
    var messages = body.putArray("messages");
    messages.addObject().put("role", "system").put("content", SYSTEM);
    messages.addObject().put("role", "user").put("content", question);
    body.put("max_completion_tokens", MAX_OUTPUT_TOKENS).put("temperature", 0);
    return JSON.writeValueAsBytes(body);
  }

  /** Writes a JSON line for each: {@code ticket_id, question}. */
  void write(Path file) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (int row = 0; row < count; row++) {
        ObjectNode line = JSON.createObjectNode().put("ticket_id", row);
        out.write(line.put("question", question(row)) + "\n");
      }
    }
  }
}

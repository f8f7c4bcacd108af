package io.penstock.simulator;

import com.fasterxml.jackson.core.JsonGenerator;
import io.penstock.simulator.batch.BatchState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The lines of OpenAI's output and error files, per its API description of 2025-06. */
final class OpenAiBatchLines implements BatchLines {
  private static final int OK = 200;

  @Override
  public String bodyName() {
    return "body";
  }

  @Override
  public byte[] succeeded(String customId, String requestId, byte[] body) {
    return failed(customId, requestId, OK, body);
  }

  @Override
  public byte[] failed(String customId, String requestId, int status, byte[] body) {
    return WireDialect.json(
        json -> {
          writeIds(json, customId);
          json.writeObjectFieldStart("response");
          json.writeNumberField("status_code", status);
          json.writeStringField("request_id", "req_" + requestId);
          json.writeFieldName("body");
          json.writeRawValue(new String(body, StandardCharsets.UTF_8));
          json.writeEndObject();
          json.writeNullField("error");
        });
  }

  @Override
  public byte[] leftOver(String customId, BatchState end) {
    boolean expired = end == BatchState.EXPIRED;
    return WireDialect.json(
        json -> {
          writeIds(json, customId);
          json.writeNullField("response");
          json.writeObjectFieldStart("error");
          json.writeStringField("code", expired ? "batch_expired" : "batch_cancelled");
          json.writeStringField(
              "message",
              expired
                  ? "This request could not be executed before the completion window expired."
                  : "This request was not executed because the batch was cancelled.");
          json.writeEndObject();
        });
  }

  private static void writeIds(JsonGenerator json, String customId) throws IOException {
    json.writeStringField("id", "batch_req_" + WireDialect.newId());
    json.writeStringField("custom_id", customId);
  }
}

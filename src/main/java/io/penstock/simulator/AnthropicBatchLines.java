package io.penstock.simulator;

import io.penstock.simulator.batch.BatchState;
import java.nio.charset.StandardCharsets;

/** The result lines of Anthropic's Message Batches, per its published OpenAPI document. */
final class AnthropicBatchLines implements BatchLines {
  @Override
  public String bodyName() {
    return "params";
  }

  @Override
  public byte[] succeeded(String customId, String requestId, byte[] body) {
    return line(customId, "succeeded", "message", body);
  }

  @Override
  public byte[] failed(String customId, String requestId, int status, byte[] error) {
    return line(customId, "errored", "error", error);
  }

  private static byte[] line(String customId, String type, String name, byte[] value) {
    return WireDialect.json(
        json -> {
          json.writeStringField("custom_id", customId);
          json.writeObjectFieldStart("result");
          json.writeStringField("type", type);
          json.writeFieldName(name);
          json.writeRawValue(new String(value, StandardCharsets.UTF_8));
          json.writeEndObject();
        });
  }

  @Override
  public byte[] leftOver(String customId, BatchState end) {
    return WireDialect.json(
        json -> {
          json.writeStringField("custom_id", customId);
          json.writeObjectFieldStart("result");
          json.writeStringField("type", end == BatchState.EXPIRED ? "expired" : "canceled");
          json.writeEndObject();
        });
  }
}

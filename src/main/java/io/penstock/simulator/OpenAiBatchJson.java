package io.penstock.simulator;

import com.fasterxml.jackson.core.JsonGenerator;
import io.penstock.domain.TokenUsage;
import io.penstock.simulator.OpenAiBatch.Problem;
import io.penstock.simulator.OpenAiBatch.View;
import io.penstock.simulator.Shelf.Page;
import io.penstock.simulator.batch.BatchStanding;
import io.penstock.simulator.batch.BatchStanding.Tally;
import io.penstock.simulator.batch.BatchState;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * OpenAI's files and batches as JSON, per its published OpenAPI document 2.3.0 (read 2026-08); what
 * is not known is null, as the service has it. A batch just made on Azure looks as in its guide
 * (read 2025): its state with a capital letter, its time as text, its counts null.
 */
final class OpenAiBatchJson {
  private static final Duration FILES_LIVE = Duration.ofDays(30);

  private OpenAiBatchJson() {}

  /** Writes a thing of a list. */
  @FunctionalInterface
  interface Writer<T> {
    void write(JsonGenerator json, T thing) throws IOException;
  }

  static <T extends Shelf.Thing> byte[] list(Page<T> page, Writer<T> writer) {
    return WireDialect.json(
        json -> {
          json.writeStringField("object", "list");
          json.writeArrayFieldStart("data");
          for (T thing : page.things()) {
            json.writeStartObject();
            writer.write(json, thing);
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeStringField("first_id", page.firstId());
          json.writeStringField("last_id", page.lastId());
          json.writeBooleanField("has_more", page.hasMore());
        });
  }

  static void writeFile(JsonGenerator json, StoredFile file) throws IOException {
    json.writeStringField("object", "file");
    json.writeStringField("id", file.id());
    json.writeStringField("purpose", file.purpose());
    json.writeStringField("filename", file.filename());
    json.writeNumberField("bytes", file.bytes());
    json.writeNumberField("created_at", file.createdAt().getEpochSecond());
    json.writeNumberField("expires_at", file.createdAt().plus(FILES_LIVE).getEpochSecond());
    json.writeStringField("status", "processed");
    json.writeNullField("status_details");
  }

  static byte[] deleted(String id) {
    return WireDialect.json(
        json -> {
          json.writeStringField("object", "file");
          json.writeBooleanField("deleted", true);
          json.writeStringField("id", id);
        });
  }

  /** A batch as it is told to who has just made it: nothing is done, whatever the clock says. */
  static byte[] created(OpenAiBatch batch) {
    Tally none = Tally.none(0);
    BatchStanding standing = new BatchStanding(BatchState.VALIDATING, none, Map.of());
    boolean isAzure = batch.asked().isAzure();
    return WireDialect.json(json -> write(json, batch, new View(standing, null, null), isAzure));
  }

  static void write(JsonGenerator json, OpenAiBatch batch, View view) throws IOException {
    write(json, batch, view, false);
  }

  private static void write(
      JsonGenerator json, OpenAiBatch batch, View view, boolean asAzureCreates) throws IOException {
    BatchStanding standing = view.standing();
    String state = standing.state().word();
    json.writeStringField("id", batch.id());
    json.writeStringField("object", "batch");
    json.writeStringField("endpoint", batch.asked().endpoint());
    writeModel(json, batch, standing.state());
    writeProblems(json, standing.state() == BatchState.FAILED ? batch.checked().problems() : null);
    json.writeStringField("input_file_id", batch.asked().inputFileId());
    json.writeStringField("completion_window", "24h");
    json.writeStringField("status", asAzureCreates ? capital(state) : state);
    json.writeStringField("output_file_id", idOf(view.output()));
    json.writeStringField("error_file_id", idOf(view.errors()));
    if (asAzureCreates) {
      json.writeStringField("created_at", batch.createdAt().toString());
    } else {
      json.writeNumberField("created_at", batch.createdAt().getEpochSecond());
    }
    writeTimes(json, batch, standing);
    writeCounts(json, standing, asAzureCreates);
    writeUsage(json, standing.tally().usage());
    writeMetadata(json, batch.asked().metadata());
  }

  private static void writeMetadata(JsonGenerator json, @Nullable Map<String, String> metadata)
      throws IOException {
    if (metadata == null) {
      json.writeNullField("metadata");
      return;
    }
    json.writeObjectFieldStart("metadata");
    for (Map.Entry<String, String> one : metadata.entrySet()) {
      json.writeStringField(one.getKey(), one.getValue());
    }
    json.writeEndObject();
  }

  private static String capital(String state) {
    return Character.toUpperCase(state.charAt(0)) + state.substring(1);
  }

  private static void writeModel(JsonGenerator json, OpenAiBatch batch, BatchState state)
      throws IOException {
    String model = batch.checked().model();
    if (!model.isEmpty() && state != BatchState.VALIDATING) {
      json.writeStringField("model", model);
    }
  }

  private static void writeProblems(JsonGenerator json, @Nullable List<Problem> problems)
      throws IOException {
    if (problems == null) {
      json.writeNullField("errors");
      return;
    }
    json.writeObjectFieldStart("errors");
    json.writeStringField("object", "list");
    json.writeArrayFieldStart("data");
    for (Problem problem : problems) {
      json.writeStartObject();
      json.writeStringField("code", problem.code());
      json.writeStringField("message", problem.message());
      json.writeStringField("param", problem.parameter());
      json.writeObjectField("line", problem.line());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static @Nullable String idOf(@Nullable StoredFile file) {
    return file == null ? null : file.id();
  }

  private static void writeTimes(JsonGenerator json, OpenAiBatch batch, BatchStanding standing)
      throws IOException {
    json.writeNumberField("expires_at", batch.batch().plan().expiresAt().getEpochSecond());
    for (BatchState state : BatchState.values()) {
      if (state != BatchState.VALIDATING) {
        Instant at = standing.entered(state);
        json.writeObjectField(state.word() + "_at", at == null ? null : at.getEpochSecond());
      }
    }
  }

  /** Not known before the input is checked. */
  private static void writeCounts(JsonGenerator json, BatchStanding standing, boolean asNull)
      throws IOException {
    Tally tally = standing.tally();
    boolean isChecked = standing.state() != BatchState.VALIDATING;
    json.writeObjectFieldStart("request_counts");
    json.writeObjectField("total", asNull ? null : Integer.valueOf(isChecked ? tally.total() : 0));
    json.writeObjectField("completed", asNull ? null : Integer.valueOf(tally.succeeded()));
    json.writeObjectField("failed", asNull ? null : Integer.valueOf(tally.failed()));
    json.writeEndObject();
  }

  private static void writeUsage(JsonGenerator json, TokenUsage usage) throws IOException {
    json.writeObjectFieldStart("usage");
    json.writeNumberField("input_tokens", usage.inputTokens());
    json.writeObjectFieldStart("input_tokens_details");
    json.writeNumberField("cached_tokens", usage.cacheReadInputTokens());
    json.writeEndObject();
    json.writeNumberField("output_tokens", usage.outputTokens());
    json.writeObjectFieldStart("output_tokens_details");
    json.writeNumberField("reasoning_tokens", usage.reasoningOutputTokens());
    json.writeEndObject();
    json.writeNumberField("total_tokens", usage.inputTokens() + usage.outputTokens());
    json.writeEndObject();
  }
}

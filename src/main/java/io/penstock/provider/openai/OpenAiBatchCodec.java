package io.penstock.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.domain.FailureKind;
import io.penstock.domain.InferenceRequest;
import io.penstock.provider.BatchCodec;
import io.penstock.provider.BatchLimits;
import io.penstock.provider.BatchLine;
import io.penstock.provider.ModelCodec;
import io.penstock.provider.ProviderBatch;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.ProviderException.Details;
import io.penstock.provider.http.LineDecoder;
import io.penstock.provider.http.WireJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One model's batches in the OpenAI dialect: a file of requests, uploaded, then a batch of it. The
 * answers lie in one file, the failures in another. Source: OpenAI's OpenAPI description 2.3.0 and
 * guide to batches, Azure's pages on batches, read 2026-11. Thread-safe.
 */
final class OpenAiBatchCodec implements BatchCodec {
  private static final String WINDOW = "24h";
  private static final String FILES = "/files";

  /** Statuses of a file, in lower case, that pass. */
  private static final Set<String> NOT_YET =
      Set.of("pending", "uploaded", "running", "notrunning", "queued", "validating");

  private static final Set<String> NEVER = Set.of("error", "failed");

  private final ModelCodec codec;
  private final Place place;
  private final OpenAiBatchLine lines;

  /**
   * Where batches are made, and how many requests go into one.
   *
   * @param prefix of all paths; empty or begins with a slash
   * @param url what each line and the batch say they call
   * @param looksThroughFiles whether a file is of use only after a while
   */
  record Place(String prefix, String url, BatchLimits limits, boolean looksThroughFiles) {
    private static final String CHAT = "/v1/chat/completions";
    private static final long MAX_BYTES = 200_000_000;

    static final Place OPENAI = new Place("", CHAT, new BatchLimits(50_000, MAX_BYTES), false);

    /** Addresses like OpenAI's. */
    static Place azure(String prefix) {
      return new Place(prefix, CHAT, new BatchLimits(100_000, MAX_BYTES), true);
    }

    /** Addresses with a dated version. */
    static Place datedAzure() {
      return new Place("", "/chat/completions", new BatchLimits(100_000, MAX_BYTES), true);
    }
  }

  OpenAiBatchCodec(ModelCodec codec, Place place) {
    this.codec = codec;
    this.place = place;
    this.lines = new OpenAiBatchLine(new LineDecoder(codec));
  }

  @Override
  public BatchLimits limits() {
    return place.limits;
  }

  @Override
  public String batchesPath() {
    return place.prefix + "/batches";
  }

  @Override
  public Optional<String> filesPath() {
    return Optional.of(place.prefix + FILES);
  }

  @Override
  public byte[] line(InferenceRequest request) {
    String before =
        "{\"custom_id\":\"%s\",\"method\":\"POST\",\"url\":\"%s\",\"body\":"
            .formatted(request.fingerprint(), place.url);
    return WireJson.around(before, codec.encode(request), "}");
  }

  @Override
  public byte[] order(@Nullable String uploadId, Map<String, String> tags) {
    if (uploadId == null) {
      throw new IllegalArgumentException("A batch is created of an upload");
    }
    ObjectNode order =
        WireJson.object()
            .put("input_file_id", uploadId)
            .put("endpoint", place.url)
            .put("completion_window", WINDOW);
    if (!tags.isEmpty()) {
      ObjectNode metadata = order.putObject("metadata");
      tags.forEach(metadata::put);
    }
    return WireJson.write(order);
  }

  @Override
  public Upload upload(byte[] body) throws ProviderException {
    JsonNode file = WireJson.read(body);
    String id = WireJson.text(file, "id");
    if (id == null) {
      throw WireJson.unreadable("it names no file", body, null);
    }
    String status = place.looksThroughFiles ? OpenAiBatch.word(file, "status") : "";
    if (NEVER.contains(status)) {
      String message = "file %s cannot be used: %s %s".formatted(id, status, details(file));
      throw new ProviderException(
          FailureKind.INVALID_REQUEST, Billing.NOT_BILLED, 0, message.strip(), Details.NONE);
    }
    return new Upload(id, !NOT_YET.contains(status));
  }

  private static String details(JsonNode file) {
    JsonNode details = file.path("status_details");
    return details.isTextual() ? details.textValue() : "";
  }

  @Override
  public ProviderBatch batch(byte[] body) throws ProviderException {
    JsonNode json = WireJson.read(body);
    if (WireJson.text(json, "id") == null) {
      throw WireJson.unreadable("it names no batch", body, null);
    }
    return batch(json);
  }

  private ProviderBatch batch(JsonNode json) {
    return new OpenAiBatch(json).read(place.prefix + FILES);
  }

  @Override
  public Page page(byte[] body) throws ProviderException {
    JsonNode page = WireJson.read(body);
    if (!page.path("data").isArray()) {
      throw WireJson.unreadable("it lists no batches", body, null);
    }
    List<ProviderBatch> batches = new ArrayList<>();
    for (JsonNode listed : page.path("data")) {
      if (WireJson.text(listed, "id") != null) {
        batches.add(batch(listed));
      }
    }
    boolean isLast = batches.isEmpty() || !page.path("has_more").asBoolean();
    return new Page(batches, isLast ? null : batches.get(batches.size() - 1).id());
  }

  @Override
  public String afterParameter() {
    return "after";
  }

  @Override
  public Optional<BatchLine> result(byte[] line) {
    return lines.read(WireJson.readOrMissing(line));
  }
}

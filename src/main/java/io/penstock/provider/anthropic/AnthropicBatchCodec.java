package io.penstock.provider.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.domain.FailureKind;
import io.penstock.domain.InferenceRequest;
import io.penstock.provider.BatchCodec;
import io.penstock.provider.BatchLimits;
import io.penstock.provider.BatchLine;
import io.penstock.provider.ModelCodec;
import io.penstock.provider.ProviderBatch;
import io.penstock.provider.ProviderException;
import io.penstock.provider.http.ErrorBody;
import io.penstock.provider.http.LineDecoder;
import io.penstock.provider.http.WireJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One model's message batches: requests and all in one body. There are no tags. Source: Anthropic's
 * OpenAPI description of 2026-05, SDK of 2026-08 and guide to batches, read 2026-11. Thread-safe.
 */
final class AnthropicBatchCodec implements BatchCodec {
  private static final BatchLimits LIMITS = new BatchLimits(100_000, 256_000_000);
  private static final String PATH = "/messages/batches";

  private final ModelCodec codec;
  private final LineDecoder decoder;

  AnthropicBatchCodec(ModelCodec codec) {
    this.codec = codec;
    this.decoder = new LineDecoder(codec);
  }

  @Override
  public BatchLimits limits() {
    return LIMITS;
  }

  @Override
  public String batchesPath() {
    return PATH;
  }

  @Override
  public Optional<String> filesPath() {
    return Optional.empty();
  }

  /** A fingerprint's digits and hyphen are what the API allows here, and shorter than 64. */
  @Override
  public byte[] line(InferenceRequest request) {
    String before = "{\"custom_id\":\"%s\",\"params\":".formatted(request.fingerprint());
    return WireJson.around(before, codec.encode(request), "}");
  }

  @Override
  public byte[] order(@Nullable String uploadId, Map<String, String> tags) {
    return "{\"requests\":[]}".getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public Upload upload(byte[] body) {
    throw new IllegalStateException("Nothing is uploaded");
  }

  @Override
  public ProviderBatch batch(byte[] body) throws ProviderException {
    JsonNode json = WireJson.read(body);
    if (WireJson.text(json, "id") == null) {
      throw WireJson.unreadable("it names no batch", body, null);
    }
    return new AnthropicBatch(json).read(PATH);
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
        batches.add(new AnthropicBatch(listed).read(PATH));
      }
    }
    boolean isLast = batches.isEmpty() || !page.path("has_more").asBoolean();
    return new Page(batches, isLast ? null : batches.get(batches.size() - 1).id());
  }

  @Override
  public String afterParameter() {
    return "after_id";
  }

  @Override
  public Optional<BatchLine> result(byte[] line) {
    JsonNode json = WireJson.readOrMissing(line);
    String customId = WireJson.text(json, "custom_id");
    return customId == null ? Optional.empty() : Optional.of(result(customId, json));
  }

  private BatchLine result(String customId, JsonNode line) {
    JsonNode result = line.path("result");
    return switch (result.path("type").asText()) {
      case "succeeded" -> decoder.answered(customId, result.path("message"));
      case "errored" -> errored(customId, result.path("error"));
      case "canceled" ->
          decoder.left(customId, FailureKind.CANCELLED, "the batch was cancelled before it");
      case "expired" -> decoder.left(customId, FailureKind.EXPIRED, "the batch expired before it");
      default -> decoder.unreadable(customId, line);
    };
  }

  private BatchLine errored(String customId, JsonNode error) {
    String type = ErrorBody.read(WireJson.write(error)).type();
    return decoder.refused(customId, AnthropicRefusal.statusOf(type), error);
  }
}

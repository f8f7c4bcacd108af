package io.penstock.simulator;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.domain.Message;
import io.penstock.domain.TokenUsage;
import io.penstock.simulator.AnswerFunction.Answer;
import io.penstock.simulator.ModelGate.Standing;
import io.penstock.simulator.SimulatedRequest.Identity;
import io.penstock.simulator.SimulatedRequest.Keep;
import io.penstock.simulator.SimulatedRequest.Wishes;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Anthropic's messages, per its published OpenAPI document (read 2026-05) and error page (read
 * 2026-08). Text only, no streaming; tools are accepted and ignored. Tokens are those of
 * o200k_base, since Claude's own tokenizer is not public.
 */
final class AnthropicWire implements WireDialect {
  static final HttpString VERSION = new HttpString("anthropic-version");
  static final HttpString API_KEY = new HttpString("x-api-key");
  private static final HttpString REQUEST_ID = new HttpString("request-id");
  private static final String BEARER = "Bearer ";
  private static final String MAX_TOKENS = "max_tokens";
  private static final String SYSTEM = "system";
  private static final String INVALID_REQUEST = "invalid_request_error";
  private static final String RELEASED = "2023-01-01T00:00:00Z";
  private static final List<String> ROLES = List.of(Message.USER, Message.ASSISTANT);
  private static final Set<String> FIELDS =
      Set.of(
          ("model max_tokens messages system temperature top_p top_k stop_sequences metadata"
                  + " service_tier thinking output_config tools tool_choice cache_control"
                  + " inference_geo container stream")
              .split(" "));

  private final String serviceTier;

  AnthropicWire() {
    this("standard");
  }

  /**
   * @param serviceTier that answers tell
   */
  AnthropicWire(String serviceTier) {
    this.serviceTier = serviceTier;
  }

  @Override
  public @Nullable String key(HeaderMap headers) {
    String key = headers.getFirst(API_KEY);
    String authorization = headers.getFirst(Headers.AUTHORIZATION);
    if (key == null && authorization != null && authorization.startsWith(BEARER)) {
      return authorization.substring(BEARER.length());
    }
    return key;
  }

  @Override
  public SimulatedRequest read(HeaderMap headers, String path, byte[] body) throws ApiException {
    if (!headers.contains(VERSION)) {
      throw badRequest("anthropic-version: header is required");
    }
    RequestFields fields = RequestFields.parse(body, this);
    Optional<String> unknown = fields.firstUnknown(FIELDS);
    if (unknown.isPresent()) {
      throw badRequest(unknown.get() + ": Extra inputs are not permitted");
    }
    String model = fields.requiredText("model");
    OptionalLong maxTokens = fields.positiveInteger(MAX_TOKENS);
    if (maxTokens.isEmpty()) {
      throw missing(MAX_TOKENS);
    }
    List<Message> messages = fields.messages(ROLES);
    if (fields.has(SYSTEM)) {
      messages.add(0, new Message(Message.SYSTEM, fields.textOf(SYSTEM)));
    }
    fields.checkRange("temperature", 0, 1);
    fields.checkRange("top_p", 0, 1);
    if (fields.isTrue("stream")) {
      throw invalid("stream", "unsupported_value", "must be false: the simulator does not stream");
    }
    return new SimulatedRequest(
        model, messages, maxTokens.getAsLong(), wishes(fields), Identity.of(body));
  }

  /** Prompts are kept where any part of the request says so. */
  private static Wishes wishes(RequestFields fields) {
    JsonNode control = fields.find("cache_control");
    JsonNode thinking = fields.value("thinking");
    boolean thinks = thinking.isObject() && !thinking.path("type").asText().equals("disabled");
    return new Wishes(
        !control.isObject()
            ? Keep.NOT
            : control.path("ttl").asText().equals("1h") ? Keep.HOUR : Keep.FIVE_MINUTES,
        thinks ? thinking.path("budget_tokens").asLong(Long.MAX_VALUE) : 0,
        fields.value("output_config").at("/format/schema"));
  }

  @Override
  public byte[] answer(SimulatedRequest request, TokenUsage usage, Answer answer, Instant now) {
    return WireDialect.json(
        json -> {
          json.writeStringField("id", "msg_01" + WireDialect.newId());
          json.writeStringField("type", "message");
          json.writeStringField("role", Message.ASSISTANT);
          json.writeStringField("model", request.model());
          json.writeArrayFieldStart("content");
          if (usage.reasoningOutputTokens() > 0) {
            writeBlock(json, "thinking", "");
          }
          if (!answer.text().isEmpty()) {
            writeBlock(json, "text", answer.text());
          }
          json.writeEndArray();
          json.writeStringField("stop_reason", answer.truncated() ? MAX_TOKENS : "end_turn");
          json.writeNullField("stop_sequence");
          writeUsage(json, usage);
        });
  }

  private static void writeBlock(JsonGenerator json, String type, String text) throws IOException {
    json.writeStartObject();
    json.writeStringField("type", type);
    json.writeStringField(type, text);
    json.writeEndObject();
  }

  private void writeUsage(JsonGenerator json, TokenUsage usage) throws IOException {
    json.writeObjectFieldStart("usage");
    long hour = usage.longCacheCreationInputTokens();
    long written = usage.cacheCreationInputTokens();
    long read = usage.cacheReadInputTokens();
    json.writeNumberField("input_tokens", usage.inputTokens() - read - written);
    json.writeNumberField("cache_creation_input_tokens", written);
    json.writeNumberField("cache_read_input_tokens", read);
    json.writeObjectFieldStart("cache_creation");
    json.writeNumberField("ephemeral_5m_input_tokens", written - hour);
    json.writeNumberField("ephemeral_1h_input_tokens", hour);
    json.writeEndObject();
    json.writeNumberField("output_tokens", usage.outputTokens());
    json.writeObjectFieldStart("output_tokens_details");
    json.writeNumberField("thinking_tokens", usage.reasoningOutputTokens());
    json.writeEndObject();
    json.writeStringField("service_tier", serviceTier);
    json.writeEndObject();
  }

  @Override
  public byte[] error(ApiException error, String requestId) {
    return WireDialect.json(
        json -> {
          json.writeStringField("type", "error");
          json.writeObjectFieldStart("error");
          json.writeStringField("type", error.type());
          json.writeStringField("message", error.text());
          if (error.code() != null) {
            json.writeObjectFieldStart("details");
            json.writeStringField("error_code", error.code());
            json.writeEndObject();
          }
          json.writeEndObject();
          json.writeStringField("request_id", "req_" + requestId);
        });
  }

  @Override
  public void addHeaders(HeaderMap headers, String requestId, Duration processing) {
    headers.put(REQUEST_ID, "req_" + requestId);
  }

  @Override
  public byte[] model(String model) {
    return WireDialect.json(json -> writeModel(json, model));
  }

  @Override
  public byte[] models(Collection<String> models) {
    return WireDialect.json(
        json -> {
          json.writeArrayFieldStart("data");
          @Nullable String first = null;
          @Nullable String last = null;
          for (String model : models) {
            first = first == null ? model : first;
            last = model;
            json.writeStartObject();
            writeModel(json, model);
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeBooleanField("has_more", false);
          json.writeStringField("first_id", first);
          json.writeStringField("last_id", last);
        });
  }

  private static void writeModel(JsonGenerator json, String model) throws IOException {
    json.writeStringField("type", "model");
    json.writeStringField("id", model);
    json.writeStringField("display_name", model);
    json.writeStringField("created_at", RELEASED);
  }

  @Override
  public ApiException missingKey() {
    return new ApiException(401, "authentication_error", "x-api-key header is required");
  }

  @Override
  public ApiException wrongKey() {
    return new ApiException(401, "authentication_error", "invalid x-api-key");
  }

  @Override
  public ApiException unknownPath(String method, String path) {
    return new ApiException(404, "not_found_error", "Not found: " + method + " " + path);
  }

  @Override
  public ApiException wrongMethod(String method, String path) {
    return new ApiException(405, INVALID_REQUEST, "Method not allowed: " + method + " " + path);
  }

  @Override
  public ApiException bodyTooLarge() {
    return new ApiException(
        413, "request_too_large", "Request exceeds the maximum allowed number of bytes");
  }

  @Override
  public ApiException unknownModel(String model) {
    return new ApiException(404, "not_found_error", "model: " + model);
  }

  @Override
  public ApiException promptTooLong(long inputTokens, long contextWindow) {
    return badRequest(
        "prompt is too long: " + inputTokens + " tokens > " + contextWindow + " maximum");
  }

  @Override
  public ApiException tooManyOutputTokens(SimulatedRequest request, long maxOutput) {
    return badRequest(
        "max_tokens: "
            + request.maxOutputTokens()
            + " > "
            + maxOutput
            + ", which is the maximum allowed number of output tokens for "
            + request.model());
  }

  @Override
  public ApiException refusal(Fault fault) {
    return switch (fault) {
      case UNAVAILABLE -> new ApiException(503, "api_error", "Service unavailable");
      case OVERLOADED -> new ApiException(529, "overloaded_error", "Overloaded");
      case QUOTA ->
          new ApiException(
              429,
              AnthropicRates.RATE_LIMIT_ERROR,
              "Your organization has reached its monthly spend limit.",
              null,
              "enforced_spend_limit_reached");
      default -> new ApiException(500, "api_error", "Internal server error");
    };
  }

  @Override
  public Fault overload() {
    return Fault.OVERLOADED;
  }

  @Override
  public ApiException refusal(String model, Refusal refusal) {
    return AnthropicRates.refusal(refusal);
  }

  @Override
  public void addStanding(HeaderMap headers, Standing standing, Instant now) {
    AnthropicRates.addStanding(headers, standing, now);
  }

  @Override
  public void addRetryAfter(HeaderMap headers, Duration wait) {
    headers.put(Headers.RETRY_AFTER, WireDialect.wholeSeconds(wait));
  }

  @Override
  public ApiException unreadable() {
    return badRequest("The request body is not valid JSON");
  }

  @Override
  public ApiException missing(String field) {
    return badRequest(field + ": Field required");
  }

  @Override
  public ApiException invalid(String field, String code, String detail) {
    return badRequest(field + ": " + detail);
  }

  private static ApiException badRequest(String message) {
    return new ApiException(400, INVALID_REQUEST, message);
  }
}

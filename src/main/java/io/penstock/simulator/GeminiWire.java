package io.penstock.simulator;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.domain.TokenUsage;
import io.penstock.simulator.AnswerFunction.Answer;
import io.penstock.simulator.ModelGate.Standing;
import io.penstock.simulator.SimulatedRequest.Identity;
import io.penstock.simulator.SimulatedRequest.Keep;
import io.penstock.simulator.SimulatedRequest.Wishes;
import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gemini's {@code generateContent}, per its SDK (googleapis/python-genai, 2026-08) and error bodies
 * as observed. One candidate, text only, no streaming; tools and safety settings are accepted and
 * ignored. Tokens are those of o200k_base.
 */
final class GeminiWire implements WireDialect {
  static final HttpString API_KEY = new HttpString("x-goog-api-key");
  static final String MODELS = "/v1beta/models";
  private static final String VERSION = "/v1beta/";

  /** The API serves its stable version too. */
  private static final String STABLE_MODELS = "/v1/models/";

  private static final String GENERATE = ":generateContent";
  private static final HttpString TIMING = new HttpString("server-timing");
  private static final String INVALID_ARGUMENT = "INVALID_ARGUMENT";
  private static final String MAX_OUTPUT_TOKENS = "maxOutputTokens";
  private static final long ANY_NUMBER = -1;
  private static final Set<String> FIELDS =
      Set.of(
          "contents",
          "systemInstruction",
          "generationConfig",
          "safetySettings",
          "tools",
          "toolConfig",
          "cachedContent",
          "serviceTier");
  private static final Set<String> GENERATION_FIELDS =
      Set.of(
          ("temperature topP topK candidateCount maxOutputTokens stopSequences seed presencePenalty"
                  + " frequencyPenalty responseLogprobs logprobs responseMimeType responseSchema"
                  + " responseJsonSchema responseModalities mediaResolution thinkingConfig"
                  + " speechConfig imageConfig")
              .split(" "));

  static boolean isIts(String path) {
    return path.startsWith(VERSION) || asksToGenerate(path);
  }

  static boolean asksToGenerate(String path) {
    return path.endsWith(GENERATE)
        && (path.startsWith(MODELS + "/") || path.startsWith(STABLE_MODELS));
  }

  private static String modelIn(String path) {
    int start = path.startsWith(STABLE_MODELS) ? STABLE_MODELS.length() : MODELS.length() + 1;
    return path.substring(start, path.length() - GENERATE.length());
  }

  @Override
  public @Nullable String key(HeaderMap headers) {
    return headers.getFirst(API_KEY);
  }

  @Override
  public SimulatedRequest read(HeaderMap headers, String path, byte[] body) throws ApiException {
    RequestFields fields = RequestFields.parse(body, this);
    refuseUnknown(fields, FIELDS, "");
    RequestFields generation = fields.within("generationConfig");
    refuseUnknown(generation, GENERATION_FIELDS, " at 'generation_config'");
    generation.checkRange("temperature", 0, 2);
    generation.checkRange("topP", 0, 1);
    if (generation.positiveInteger("candidateCount").orElse(1) > 1) {
      throw invalid("candidateCount", "", "must be 1: the simulator gives one candidate");
    }
    String model = modelIn(path);
    return new SimulatedRequest(
        model,
        new GeminiContents(this).messages(fields),
        generation.positiveInteger(MAX_OUTPUT_TOKENS).orElse(Long.MAX_VALUE),
        wishes(generation),
        identity(model, body));
  }

  private void refuseUnknown(RequestFields fields, Set<String> known, String place)
      throws ApiException {
    Optional<String> unknown = fields.firstUnknown(known);
    if (unknown.isPresent()) {
      throw badRequest(
          "Invalid JSON payload received. Unknown name \""
              + unknown.get()
              + "\""
              + place
              + ": Cannot find field.");
    }
  }

  /** Prompts are kept unasked. A budget of 0 forbids thoughts, a negative one leaves it open. */
  private static Wishes wishes(RequestFields generation) {
    JsonNode thinking = generation.value("thinkingConfig");
    long budget = thinking.path("thinkingBudget").asLong(ANY_NUMBER);
    long thoughts = budget < 0 ? Long.MAX_VALUE : budget;
    boolean thinks = thinking.has("thinkingBudget") || thinking.has("thinkingLevel");
    return new Wishes(Keep.UNASKED, thinks ? thoughts : 0, generation.value("responseJsonSchema"));
  }

  /** The model is not in the body. */
  private static Identity identity(String model, byte[] body) {
    byte[] name = (model + "\n").getBytes(StandardCharsets.UTF_8);
    byte[] both = new byte[name.length + body.length];
    System.arraycopy(name, 0, both, 0, name.length);
    System.arraycopy(body, 0, both, name.length, body.length);
    return Identity.of(both);
  }

  @Override
  public byte[] answer(SimulatedRequest request, TokenUsage usage, Answer answer, Instant now) {
    return WireDialect.json(
        json -> {
          json.writeArrayFieldStart("candidates");
          writeCandidate(json, answer);
          json.writeEndArray();
          writeUsage(json, usage);
          json.writeStringField("modelVersion", request.model());
          json.writeStringField("createTime", now.toString());
          json.writeStringField("responseId", WireDialect.newId());
        });
  }

  private static void writeCandidate(JsonGenerator json, Answer answer) throws IOException {
    json.writeStartObject();
    json.writeObjectFieldStart("content");
    if (!answer.text().isEmpty()) {
      json.writeArrayFieldStart("parts");
      json.writeStartObject();
      json.writeStringField("text", answer.text());
      json.writeEndObject();
      json.writeEndArray();
    }
    json.writeStringField("role", "model");
    json.writeEndObject();
    json.writeStringField("finishReason", answer.truncated() ? "MAX_TOKENS" : "STOP");
    json.writeNumberField("index", 0);
    json.writeEndObject();
  }

  /** Counts of 0 are left out. */
  private static void writeUsage(JsonGenerator json, TokenUsage usage) throws IOException {
    long thoughts = usage.reasoningOutputTokens();
    json.writeObjectFieldStart("usageMetadata");
    writeCount(json, "promptTokenCount", usage.inputTokens());
    writeCount(json, "cachedContentTokenCount", usage.cacheReadInputTokens());
    writeCount(json, "candidatesTokenCount", usage.outputTokens() - thoughts);
    writeCount(json, "thoughtsTokenCount", thoughts);
    writeCount(json, "totalTokenCount", usage.inputTokens() + usage.outputTokens());
    json.writeEndObject();
  }

  private static void writeCount(JsonGenerator json, String field, long tokens) throws IOException {
    if (tokens > 0) {
      json.writeNumberField(field, tokens);
    }
  }

  @Override
  public byte[] error(ApiException error, String requestId) {
    return WireDialect.json(
        json -> {
          json.writeObjectFieldStart("error");
          json.writeNumberField("code", error.status());
          json.writeStringField("message", error.text());
          json.writeStringField("status", error.type());
          if (error.details() != null) {
            json.writeArrayFieldStart("details");
            error.details().write(json);
            json.writeEndArray();
          }
          json.writeEndObject();
        });
  }

  @Override
  public void addHeaders(HeaderMap headers, String requestId, Duration processing) {
    headers.put(TIMING, "gfet4t7; dur=" + processing.toMillis());
  }

  @Override
  public byte[] model(String model) {
    return WireDialect.json(json -> writeModel(json, model));
  }

  @Override
  public byte[] models(Collection<String> models) {
    return WireDialect.json(
        json -> {
          json.writeArrayFieldStart("models");
          for (String model : models) {
            json.writeStartObject();
            writeModel(json, model);
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  private static void writeModel(JsonGenerator json, String model) throws IOException {
    json.writeStringField("name", "models/" + model);
    json.writeStringField("version", "001");
    json.writeStringField("displayName", model);
    json.writeArrayFieldStart("supportedGenerationMethods");
    json.writeString("generateContent");
    json.writeEndArray();
  }

  @Override
  public ApiException missingKey() {
    return new ApiException(
        403,
        "PERMISSION_DENIED",
        "Method doesn't allow unregistered callers (callers without established identity). Please"
            + " use API Key or other form of API consumer identity to call this API.");
  }

  /** Not a 401, but a bad argument with a reason. */
  @Override
  public ApiException wrongKey() {
    return badRequest("API key not valid. Please pass a valid API key.")
        .with(json -> GeminiRates.writeReason(json, "API_KEY_INVALID"));
  }

  @Override
  public ApiException unknownPath(String method, String path) {
    return new ApiException(404, "NOT_FOUND", "Not found: " + method + " " + path);
  }

  @Override
  public ApiException wrongMethod(String method, String path) {
    return new ApiException(405, "UNIMPLEMENTED", "Not allowed: " + method + " " + path);
  }

  @Override
  public ApiException bodyTooLarge() {
    return badRequest(
        "Request payload size exceeds the limit: " + ExchangeHandler.MAX_BODY_BYTES + " bytes.");
  }

  @Override
  public ApiException unknownModel(String model) {
    return new ApiException(
        404,
        "NOT_FOUND",
        "models/"
            + model
            + " is not found for API version v1beta, or is not supported for generateContent.");
  }

  @Override
  public ApiException promptTooLong(long inputTokens, long contextWindow) {
    return badRequest(
        "The input token count ("
            + inputTokens
            + ") exceeds the maximum number of tokens allowed ("
            + contextWindow
            + ").");
  }

  @Override
  public ApiException tooManyOutputTokens(SimulatedRequest request, long maxOutput) {
    return badRequest(
        "Unable to submit request because it has a maxOutputTokens value of "
            + request.maxOutputTokens()
            + " but the supported range is from 1 (inclusive) to "
            + (maxOutput + 1)
            + " (exclusive).");
  }

  @Override
  public ApiException refusal(Fault fault) {
    return switch (fault) {
      case UNAVAILABLE, OVERLOADED ->
          new ApiException(
              Integer.parseInt(fault.word()),
              "UNAVAILABLE",
              "The model is overloaded. Please try again later.");
      case QUOTA -> GeminiRates.outOfQuota();
      default -> new ApiException(500, "INTERNAL", "An internal error has occurred.");
    };
  }

  @Override
  public Fault overload() {
    return Fault.UNAVAILABLE;
  }

  @Override
  public ApiException refusal(String model, Refusal refusal) {
    return GeminiRates.refusal(model, refusal);
  }

  /** The API tells no limits. */
  @Override
  public void addStanding(HeaderMap headers, Standing standing, Instant now) {}

  /** The API says it in the body. */
  @Override
  public void addRetryAfter(HeaderMap headers, Duration wait) {}

  @Override
  public ApiException unreadable() {
    return badRequest("Invalid JSON payload received.");
  }

  @Override
  public ApiException missing(String field) {
    return badRequest("* GenerateContentRequest." + field + ": " + field + " is not specified");
  }

  @Override
  public ApiException invalid(String field, String code, String detail) {
    return badRequest("Invalid value at '" + field + "': " + detail);
  }

  private static ApiException badRequest(String message) {
    return new ApiException(400, INVALID_ARGUMENT, message);
  }
}

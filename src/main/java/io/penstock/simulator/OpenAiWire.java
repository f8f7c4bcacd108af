package io.penstock.simulator;

import com.fasterxml.jackson.core.JsonGenerator;
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
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * OpenAI's chat completions, per its published OpenAPI document 2.3.0 (read 2026-08) and error
 * bodies as observed. One choice, text only, no streaming; tools and response formats but JSON
 * schemas are accepted and ignored.
 */
final class OpenAiWire implements WireDialect {
  private static final String BEARER = "Bearer ";
  private static final String AZURE_KEY = "api-key";
  private static final String INVALID_REQUEST = "invalid_request_error";
  private static final Pattern INDEX = Pattern.compile("\\.(\\d+)");
  private static final String MAX_TOKENS = "max_tokens";
  private static final String MAX_COMPLETION_TOKENS = "max_completion_tokens";
  private static final HttpString REQUEST_ID = new HttpString("x-request-id");
  private static final HttpString PROCESSING_MS = new HttpString("openai-processing-ms");
  private static final HttpString VERSION = new HttpString("openai-version");
  private static final List<String> ROLES =
      List.of(
          Message.SYSTEM, Message.DEVELOPER, Message.USER, Message.ASSISTANT, "tool", "function");
  private static final Set<String> FIELDS =
      Set.of(
          ("model messages temperature top_p max_completion_tokens max_tokens n stop seed"
                  + " frequency_penalty presence_penalty logit_bias logprobs top_logprobs"
                  + " response_format reasoning_effort verbosity service_tier tools tool_choice"
                  + " parallel_tool_calls metadata store user safety_identifier prompt_cache_key"
                  + " prompt_cache_options prompt_cache_retention modalities audio prediction"
                  + " web_search_options moderation functions function_call stream stream_options")
              .split(" "));

  @Override
  public @Nullable String key(HeaderMap headers) {
    String authorization = headers.getFirst(Headers.AUTHORIZATION);
    return authorization != null && authorization.startsWith(BEARER)
        ? authorization.substring(BEARER.length())
        : headers.getFirst(AZURE_KEY);
  }

  @Override
  public SimulatedRequest read(HeaderMap headers, String path, byte[] body) throws ApiException {
    RequestFields fields = RequestFields.parse(body, this);
    Optional<String> unknown = fields.firstUnknown(FIELDS);
    if (unknown.isPresent()) {
      throw badRequest(
          "Unrecognized request argument supplied: " + unknown.get(), unknown.get(), null);
    }
    String model = fields.requiredText("model");
    List<Message> messages = fields.messages(ROLES);
    fields.checkRange("temperature", 0, 2);
    fields.checkRange("top_p", 0, 1);
    fields.checkRange("frequency_penalty", -2, 2);
    fields.checkRange("presence_penalty", -2, 2);
    refuseWhatIsNotPlayed(fields);
    return new SimulatedRequest(
        model, messages, maxOutputTokens(fields), wishes(fields), Identity.of(body));
  }

  /** Prompts are kept unasked; what thinks by itself does so only where it is asked to. */
  private static Wishes wishes(RequestFields fields) {
    String effort = fields.value("reasoning_effort").asText("none");
    return new Wishes(
        Keep.UNASKED,
        effort.equals("none") || effort.equals("null") ? 0 : Long.MAX_VALUE,
        fields.value("response_format").at("/json_schema/schema"));
  }

  private void refuseWhatIsNotPlayed(RequestFields fields) throws ApiException {
    if (fields.isTrue("stream")) {
      throw invalid("stream", "unsupported_value", "must be false: the simulator does not stream");
    }
    if (fields.positiveInteger("n").orElse(1) > 1) {
      throw invalid("n", "unsupported_value", "must be 1: the simulator gives one choice");
    }
  }

  private long maxOutputTokens(RequestFields fields) throws ApiException {
    OptionalLong old = fields.positiveInteger(MAX_TOKENS);
    OptionalLong current = fields.positiveInteger(MAX_COMPLETION_TOKENS);
    if (old.isPresent() && current.isPresent()) {
      throw badRequest(
          "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
          MAX_TOKENS,
          "invalid_parameter_combination");
    }
    return current.orElse(old.orElse(Long.MAX_VALUE));
  }

  @Override
  public byte[] answer(SimulatedRequest request, TokenUsage usage, Answer answer, Instant now) {
    return WireDialect.json(
        json -> {
          json.writeStringField("id", "chatcmpl-" + WireDialect.newId());
          json.writeStringField("object", "chat.completion");
          json.writeNumberField("created", now.getEpochSecond());
          json.writeStringField("model", request.model());
          json.writeArrayFieldStart("choices");
          writeChoice(json, answer);
          json.writeEndArray();
          writeUsage(json, usage);
          json.writeStringField("service_tier", "default");
          json.writeStringField("system_fingerprint", "fp_simulator");
        });
  }

  private static void writeChoice(JsonGenerator json, Answer answer) throws IOException {
    json.writeStartObject();
    json.writeNumberField("index", 0);
    json.writeObjectFieldStart("message");
    json.writeStringField("role", Message.ASSISTANT);
    json.writeStringField("content", answer.text());
    json.writeNullField("refusal");
    json.writeArrayFieldStart("annotations");
    json.writeEndArray();
    json.writeEndObject();
    json.writeNullField("logprobs");
    json.writeStringField("finish_reason", answer.truncated() ? "length" : "stop");
    json.writeEndObject();
  }

  private static void writeUsage(JsonGenerator json, TokenUsage usage) throws IOException {
    json.writeObjectFieldStart("usage");
    json.writeNumberField("prompt_tokens", usage.inputTokens());
    json.writeNumberField("completion_tokens", usage.outputTokens());
    json.writeNumberField("total_tokens", usage.inputTokens() + usage.outputTokens());
    json.writeObjectFieldStart("prompt_tokens_details");
    json.writeNumberField("cached_tokens", usage.cacheReadInputTokens());
    json.writeNumberField("cache_write_tokens", usage.cacheCreationInputTokens());
    json.writeNumberField("audio_tokens", 0);
    json.writeEndObject();
    json.writeObjectFieldStart("completion_tokens_details");
    json.writeNumberField("reasoning_tokens", usage.reasoningOutputTokens());
    json.writeNumberField("audio_tokens", 0);
    json.writeNumberField("accepted_prediction_tokens", 0);
    json.writeNumberField("rejected_prediction_tokens", 0);
    json.writeEndObject();
    json.writeEndObject();
  }

  @Override
  public byte[] error(ApiException error, String requestId) {
    return WireDialect.json(
        json -> {
          json.writeObjectFieldStart("error");
          json.writeStringField("message", error.text());
          json.writeStringField("type", error.type());
          json.writeStringField("param", error.parameter());
          json.writeStringField("code", error.code());
          json.writeEndObject();
        });
  }

  @Override
  public void addHeaders(HeaderMap headers, String requestId, Duration processing) {
    headers.put(REQUEST_ID, "req_" + requestId);
    headers.put(PROCESSING_MS, processing.toMillis());
    headers.put(VERSION, "2020-10-01");
  }

  @Override
  public byte[] model(String model) {
    return WireDialect.json(json -> writeModel(json, model));
  }

  @Override
  public byte[] models(Collection<String> models) {
    return WireDialect.json(
        json -> {
          json.writeStringField("object", "list");
          json.writeArrayFieldStart("data");
          for (String model : models) {
            json.writeStartObject();
            writeModel(json, model);
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  private static void writeModel(JsonGenerator json, String model) throws IOException {
    json.writeStringField("id", model);
    json.writeStringField("object", "model");
    json.writeNumberField("created", 0);
    json.writeStringField("owned_by", "simulator");
  }

  @Override
  public ApiException missingKey() {
    return new ApiException(
        401,
        INVALID_REQUEST,
        "You didn't provide an API key. Provide it in an Authorization header using Bearer auth.",
        null,
        "invalid_api_key");
  }

  @Override
  public ApiException wrongKey() {
    return new ApiException(
        401, INVALID_REQUEST, "Incorrect API key provided: ***.", null, "invalid_api_key");
  }

  @Override
  public ApiException unknownPath(String method, String path) {
    String message = "Invalid URL (" + method + " " + path + ")";
    return new ApiException(404, INVALID_REQUEST, message, null, null);
  }

  @Override
  public ApiException wrongMethod(String method, String path) {
    String message = "Not allowed to " + method + " on " + path + ".";
    return new ApiException(405, INVALID_REQUEST, message, null, "method_not_supported");
  }

  @Override
  public ApiException bodyTooLarge() {
    return new ApiException(413, INVALID_REQUEST, "Request body is too large.", null, null);
  }

  @Override
  public ApiException unknownModel(String model) {
    String message = "The model `" + model + "` does not exist or you do not have access to it.";
    return new ApiException(404, INVALID_REQUEST, message, null, "model_not_found");
  }

  @Override
  public ApiException promptTooLong(long inputTokens, long contextWindow) {
    return badRequest(
        "This model's maximum context length is "
            + contextWindow
            + " tokens. However, your messages resulted in "
            + inputTokens
            + " tokens. Please reduce the length of the messages.",
        "messages",
        "context_length_exceeded");
  }

  @Override
  public ApiException tooManyOutputTokens(SimulatedRequest request, long maxOutput) {
    return badRequest(
        "max_tokens is too large: "
            + request.maxOutputTokens()
            + ". This model supports at most "
            + maxOutput
            + " completion tokens.",
        MAX_TOKENS,
        "invalid_value");
  }

  @Override
  public ApiException refusal(Fault fault) {
    return switch (fault) {
      case UNAVAILABLE ->
          new ApiException(
              503,
              "service_unavailable_error",
              "The server is currently overloaded. Please try again later.",
              null,
              "server_is_overloaded");
      case OVERLOADED ->
          new ApiException(529, "server_error", "The server is overloaded.", null, "slow_down");
      case QUOTA ->
          new ApiException(
              429,
              "insufficient_quota",
              "You exceeded your current quota, please check your plan and billing details.",
              null,
              "insufficient_quota");
      default ->
          new ApiException(
              500,
              "server_error",
              "The server had an error while processing your request.",
              null,
              "internal_error");
    };
  }

  @Override
  public Fault overload() {
    return Fault.UNAVAILABLE;
  }

  @Override
  public ApiException refusal(String model, Refusal refusal) {
    return OpenAiRates.refusal(model, refusal);
  }

  @Override
  public void addStanding(HeaderMap headers, Standing standing, Instant now) {
    OpenAiRates.addStanding(headers, standing);
  }

  @Override
  public void addRetryAfter(HeaderMap headers, Duration wait) {
    OpenAiRates.addRetryAfter(headers, wait);
  }

  @Override
  public ApiException unreadable() {
    return badRequest("We could not parse the JSON body of your request.", null, null);
  }

  @Override
  public ApiException missing(String field) {
    return badRequest(
        "Missing required parameter: '" + field + "'.", field, "missing_required_parameter");
  }

  @Override
  public ApiException invalid(String field, String code, String detail) {
    String parameter = INDEX.matcher(field).replaceAll("[$1]");
    return badRequest("Invalid value for '" + parameter + "': " + detail + ".", parameter, code);
  }

  private static ApiException badRequest(
      String message, @Nullable String parameter, @Nullable String code) {
    return new ApiException(400, INVALID_REQUEST, message, parameter, code);
  }
}

package io.penstock.provider.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.penstock.domain.Completion;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.Message;
import io.penstock.domain.ModelSettings;
import io.penstock.domain.PromptCacheHint;
import io.penstock.provider.HttpAnswer;
import io.penstock.provider.ModelCodec;
import io.penstock.provider.ProviderException;
import io.penstock.provider.http.ErrorBody;
import io.penstock.provider.http.RequestParameters;
import io.penstock.provider.http.WireJson;
import java.time.Duration;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One model's requests and answers in the Anthropic dialect. Thread-safe. */
final class AnthropicCodec implements ModelCodec {
  private static final String CACHE_CONTROL = "cache_control";
  private static final String OUTPUT_CONFIG = "output_config";

  private final ModelSettings model;
  private final RequestParameters parameters;
  private final AnthropicRefusal refusals;

  AnthropicCodec(ModelSettings model) {
    this.model = model;
    this.parameters = parameters(model);
    this.refusals = new AnthropicRefusal(parameters.fieldsAnd(CACHE_CONTROL));
  }

  @Override
  public String path() {
    return "/messages";
  }

  @Override
  public byte[] encode(InferenceRequest request) {
    ObjectNode body = WireJson.object().put("model", model.requestModel());
    String instructions = instructions(request);
    if (!instructions.isEmpty()) {
      body.set("system", system(instructions));
    }
    ArrayNode messages = body.putArray("messages");
    request.messages().stream()
        .filter(m -> !m.isInstruction())
        .forEach(m -> messages.addObject().put("role", m.role()).put("content", m.content()));
    body.setAll(parameters.json());
    if (body.path("system").isArray()) {
      body.remove(CACHE_CONTROL);
    }
    return WireJson.write(body);
  }

  /**
   * What is to be cached ends with the instructions, where there are any: they and the tools before
   * them are what rows have in common. Beside the messages it would mean the whole prompt.
   */
  private JsonNode system(String instructions) {
    JsonNode cacheControl = cacheControl();
    if (!cacheControl.isObject()) {
      return TextNode.valueOf(instructions);
    }
    ArrayNode blocks = parameters.json().arrayNode();
    blocks
        .addObject()
        .put("type", "text")
        .put("text", instructions)
        .set(CACHE_CONTROL, cacheControl);
    return blocks;
  }

  private JsonNode cacheControl() {
    JsonNode asked = parameters.json().path(CACHE_CONTROL);
    if (!asked.isMissingNode() || model.promptCache() == PromptCacheHint.NONE) {
      return asked;
    }
    ObjectNode hint = WireJson.object().put("type", "ephemeral");
    return model.promptCache() == PromptCacheHint.HOUR ? hint.put("ttl", "1h") : hint;
  }

  @Override
  public Completion decode(InferenceRequest request, byte[] body) throws ProviderException {
    return new AnthropicAnswer(WireJson.read(body), body, refusals).completion(request);
  }

  @Override
  public ProviderException refusal(HttpAnswer answer, @Nullable Duration retryAfter) {
    ErrorBody error = ErrorBody.read(answer.body());
    return refusals.classify(answer.status(), error).exception(answer.status(), error);
  }

  /** The API has no such role among its messages: all of them go in front, in their order. */
  private static String instructions(InferenceRequest request) {
    return request.messages().stream()
        .filter(Message::isInstruction)
        .map(Message::content)
        .collect(Collectors.joining("\n\n"));
  }

  /** All that is sent beside the model, the instructions and the messages. */
  private static RequestParameters parameters(ModelSettings model) {
    if (model.maxOutputTokens() == null) {
      throw new IllegalStateException(
          "Model " + model.name() + ": max_output_tokens is missing, Anthropic's API requires it");
    }
    RequestParameters all = RequestParameters.of(model, "max_tokens");
    return model.responseSchemaJson() == null
        ? all
        : all.with(OUTPUT_CONFIG, outputConfig(all, model.responseSchemaJson()));
  }

  /** What the job asks of the output beside its form stays, such as its effort. */
  private static ObjectNode outputConfig(RequestParameters asked, String schemaJson) {
    ObjectNode config = WireJson.object();
    if (asked.json().get(OUTPUT_CONFIG) instanceof ObjectNode own) {
      config.setAll(own);
    }
    config
        .putObject("format")
        .put("type", "json_schema")
        .set("schema", WireJson.object(schemaJson));
    return config;
  }
}

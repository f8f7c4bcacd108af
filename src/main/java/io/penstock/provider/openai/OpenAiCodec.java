package io.penstock.provider.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.domain.Completion;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.Message;
import io.penstock.domain.ModelSettings;
import io.penstock.domain.PromptCacheHint;
import io.penstock.provider.HttpAnswer;
import io.penstock.provider.ModelCodec;
import io.penstock.provider.ProviderException;
import io.penstock.provider.http.ErrorBody;
import io.penstock.provider.http.GoogleError;
import io.penstock.provider.http.RequestParameters;
import io.penstock.provider.http.WireJson;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One model's requests and answers in the OpenAI dialect. Thread-safe. */
final class OpenAiCodec implements ModelCodec {
  /** Required by the API. */
  private static final String SCHEMA_NAME = "response";

  private final ModelSettings model;
  private final RequestParameters parameters;
  private final OpenAiRefusal refusals;

  OpenAiCodec(ModelSettings model) {
    this.model = model;
    this.parameters = parameters(model);
    this.refusals = new OpenAiRefusal(parameters.fieldsAnd(PromptCacheKey.FIELD));
  }

  private static RequestParameters parameters(ModelSettings model) {
    RequestParameters all = RequestParameters.of(model, model.endpoint().maxTokensField());
    if (model.responseSchemaJson() == null) {
      return all;
    }
    ObjectNode format = WireJson.object().put("type", "json_schema");
    format
        .putObject("json_schema")
        .put("name", SCHEMA_NAME)
        .put("strict", true)
        .set("schema", WireJson.object(model.responseSchemaJson()));
    return all.with("response_format", format);
  }

  @Override
  public String path() {
    return "/chat/completions";
  }

  @Override
  public byte[] encode(InferenceRequest request) {
    return body(request.messages());
  }

  /**
   * @param conversation may be empty, which every server refuses
   */
  byte[] body(List<Message> conversation) {
    ObjectNode body = WireJson.object().put("model", model.requestModel());
    ArrayNode messages = body.putArray("messages");
    conversation.forEach(
        m -> messages.addObject().put("role", m.role()).put("content", m.content()));
    if (model.promptCache() != PromptCacheHint.NONE) {
      body.put(PromptCacheKey.FIELD, PromptCacheKey.of(conversation));
    }
    body.setAll(parameters.json());
    return WireJson.write(body);
  }

  @Override
  public Completion decode(InferenceRequest request, byte[] body) throws ProviderException {
    return new OpenAiAnswer(WireJson.read(body), body, refusals).completion(request);
  }

  @Override
  public ProviderException refusal(HttpAnswer answer, @Nullable Duration retryAfter) {
    GoogleError google = GoogleError.read(answer.body());
    if (google.isOfGoogle()) {
      return google.exception(refusals.classify(answer.status(), google), answer.status());
    }
    ErrorBody error = ErrorBody.read(answer.body());
    Duration wait = retryAfter == null ? error.retryDelay().orElse(null) : retryAfter;
    return refusals.classify(answer.status(), error, wait).exception(answer.status(), error);
  }
}

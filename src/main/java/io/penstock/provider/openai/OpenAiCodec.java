package io.penstock.provider.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.domain.Completion;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.Message;
import io.penstock.domain.ModelSettings;
import io.penstock.provider.HttpAnswer;
import io.penstock.provider.ModelCodec;
import io.penstock.provider.ProviderException;
import io.penstock.provider.http.ErrorBody;
import io.penstock.provider.http.WireJson;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One model's requests and answers in the OpenAI dialect. Thread-safe. */
final class OpenAiCodec implements ModelCodec {
  private final ModelSettings model;
  private final ObjectNode parameters;
  private final OpenAiRefusal refusals;

  OpenAiCodec(ModelSettings model) {
    this.model = model;
    this.parameters = parameters(model);
    this.refusals = new OpenAiRefusal(sentFields(parameters));
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
    body.setAll(parameters);
    return WireJson.write(body);
  }

  @Override
  public Completion decode(InferenceRequest request, byte[] body) throws ProviderException {
    return new OpenAiAnswer(WireJson.read(body), body, refusals).completion(request);
  }

  @Override
  public ProviderException refusal(HttpAnswer answer, @Nullable Duration retryAfter) {
    ErrorBody error = ErrorBody.read(answer.body());
    return refusals.classify(answer.status(), error, retryAfter).exception(answer.status(), error);
  }

  /** All that is sent beside the model and the messages. */
  private static ObjectNode parameters(ModelSettings model) {
    ObjectNode all = WireJson.object();
    if (model.maxOutputTokens() != null) {
      all.put(model.endpoint().maxTokensField(), model.maxOutputTokens());
    }
    all.setAll(WireJson.object(model.parametersJson()));
    all.setAll(WireJson.object(model.extraJson()));
    return all;
  }

  private static Set<String> sentFields(ObjectNode parameters) {
    Set<String> fields = new HashSet<>(Set.of("model"));
    parameters.fieldNames().forEachRemaining(fields::add);
    return Set.copyOf(fields);
  }
}

package io.penstock.provider.gemini;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.penstock.domain.Completion;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.Message;
import io.penstock.domain.ModelSettings;
import io.penstock.provider.HttpAnswer;
import io.penstock.provider.ModelCodec;
import io.penstock.provider.ProviderException;
import io.penstock.provider.http.GoogleError;
import io.penstock.provider.http.RequestParameters;
import io.penstock.provider.http.WireJson;
import java.time.Duration;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One model's requests and answers in the Gemini dialect. Thread-safe. */
final class GeminiCodec implements ModelCodec {
  private final ModelSettings model;

  /** All that is sent beside instructions and contents, nested as the API wants it. */
  private final ObjectNode parameters;

  private final GeminiRefusal refusals;

  GeminiCodec(ModelSettings model) {
    this.model = model;
    this.parameters = nested(parameters(model).json());
    this.refusals = GeminiRefusal.of(parameters);
  }

  private static RequestParameters parameters(ModelSettings model) {
    RequestParameters all = RequestParameters.of(model, "maxOutputTokens");
    return model.responseSchemaJson() == null
        ? all
        : all.with("responseMimeType", TextNode.valueOf("application/json"))
            .with("responseJsonSchema", WireJson.object(model.responseSchemaJson()));
  }

  @Override
  public String path() {
    return "/models/" + model.requestModel() + ":generateContent";
  }

  @Override
  public byte[] encode(InferenceRequest request) {
    ObjectNode body = WireJson.object();
    String instructions = instructions(request);
    if (!instructions.isEmpty()) {
      putText(body.putObject("systemInstruction"), instructions);
    }
    ArrayNode contents = body.putArray("contents");
    request.messages().stream()
        .filter(m -> !m.isInstruction())
        .forEach(m -> putText(contents.addObject().put("role", role(m)), m.content()));
    body.setAll(parameters);
    return WireJson.write(body);
  }

  @Override
  public Completion decode(InferenceRequest request, byte[] body) throws ProviderException {
    return new GeminiAnswer(WireJson.read(body), body, refusals).completion(request);
  }

  @Override
  public ProviderException refusal(HttpAnswer answer, @Nullable Duration retryAfter) {
    return refusals.exception(answer.status(), GoogleError.read(answer.body()));
  }

  private static ObjectNode nested(ObjectNode flat) {
    ObjectNode nested = WireJson.object();
    ObjectNode generation = WireJson.object();
    flat.properties()
        .forEach(
            field ->
                (GeminiDialect.TOP_LEVEL.contains(field.getKey()) ? nested : generation)
                    .set(field.getKey(), field.getValue()));
    if (!generation.isEmpty()) {
      nested.set("generationConfig", generation);
    }
    return nested;
  }

  /** The API has no such role among its contents: all of them go in front, in their order. */
  private static String instructions(InferenceRequest request) {
    return request.messages().stream()
        .filter(Message::isInstruction)
        .map(Message::content)
        .collect(Collectors.joining("\n\n"));
  }

  private static String role(Message message) {
    return message.role().equals(Message.ASSISTANT) ? "model" : message.role();
  }

  private static void putText(ObjectNode content, String text) {
    content.putArray("parts").addObject().put("text", text);
  }
}

package io.penstock.provider.openai;

import io.penstock.domain.Completion;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.ModelSettings;
import io.penstock.domain.ProviderEndpoint;
import io.penstock.provider.HttpAnswer;
import io.penstock.provider.ModelCodec;
import io.penstock.provider.ProviderException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One deployment's requests and answers. A date as {@code api_version} means the addresses with the
 * deployment in the path, else those are used that are like OpenAI's. Thread-safe.
 */
final class AzureCodec implements ModelCodec {
  private static final String CHAT = "/chat/completions";
  private static final String V1 = "/v1";
  private static final String DEPLOYMENTS = "/deployments/";

  private final OpenAiCodec openai;
  private final String path;

  AzureCodec(ModelSettings model) {
    this.openai = new OpenAiCodec(model);
    this.path = path(model);
  }

  private static String path(ModelSettings model) {
    ProviderEndpoint endpoint = model.endpoint();
    boolean isDated = endpoint.apiVersion() != null && endpoint.apiVersion().matches("\\d{4}-.*");
    boolean endsInV1 = endpoint.baseUrl().endsWith(V1);
    if (isDated && endsInV1) {
      throw new IllegalArgumentException(
          "Provider %s: base_url ends in /v1, where there is no api_version %s; write the address of the resource alone, or leave api_version out"
              .formatted(endpoint.name(), endpoint.apiVersion()));
    }
    if (isDated) {
      return DEPLOYMENTS + model.requestModel() + CHAT;
    }
    return endsInV1 ? CHAT : V1 + CHAT;
  }

  @Override
  public String path() {
    return path;
  }

  /** Batches have no deployment in their addresses: the lines name it. */
  OpenAiBatchCodec.Place batchPlace() {
    return path.startsWith(DEPLOYMENTS)
        ? OpenAiBatchCodec.Place.datedAzure()
        : OpenAiBatchCodec.Place.azure(path.startsWith(V1) ? V1 : "");
  }

  @Override
  public byte[] encode(InferenceRequest request) {
    return openai.encode(request);
  }

  /** Its list of models has no deployments, so a conversation without messages finds out. */
  @Override
  public byte[] probe() {
    return openai.body(List.of());
  }

  @Override
  public Completion decode(InferenceRequest request, byte[] body) throws ProviderException {
    return openai.decode(request, body);
  }

  @Override
  public ProviderException refusal(HttpAnswer answer, @Nullable Duration retryAfter) {
    return openai.refusal(answer, retryAfter);
  }
}

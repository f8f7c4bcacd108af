package io.penstock.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.penstock.domain.Fingerprint;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.Message;
import io.penstock.domain.ModelSettings;
import io.penstock.domain.Network;
import io.penstock.domain.PromptCacheHint;
import io.penstock.domain.ProviderEndpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Models, requests and recorded bodies for the tests of the providers. */
public final class Samples {
  private static final int PATIENCE_SECONDS = 30;

  private Samples() {}

  /** A model of a dialect without generation parameters. */
  public static ModelSettings model(String dialect, String baseUrl) {
    return model(dialect, baseUrl, Duration.ofSeconds(PATIENCE_SECONDS));
  }

  public static ModelSettings model(String dialect, String baseUrl, Duration requestTimeout) {
    ProviderEndpoint endpoint =
        new ProviderEndpoint(
            "acme",
            dialect,
            baseUrl,
            baseUrl,
            "max_completion_tokens",
            null,
            requestTimeout,
            Network.PLAIN);
    return new ModelSettings("small", endpoint, "tiny-1", 256, "{}", "{}");
  }

  /** The model, reached in another way. */
  public static ModelSettings through(ModelSettings model, Network network) {
    ProviderEndpoint to = model.endpoint();
    ProviderEndpoint endpoint =
        new ProviderEndpoint(
            to.name(),
            to.dialect(),
            to.identity(),
            to.baseUrl(),
            to.maxTokensField(),
            to.apiVersion(),
            to.requestTimeout(),
            network);
    return new ModelSettings(
        model.name(),
        endpoint,
        model.requestModel(),
        model.maxOutputTokens(),
        model.parametersJson(),
        model.extraJson());
  }

  public static ModelSettings withParameters(ModelSettings model, String parameters, String extra) {
    return new ModelSettings(
        model.name(),
        model.endpoint(),
        model.requestModel(),
        model.maxOutputTokens(),
        parameters,
        extra);
  }

  /** Its answers are to have a label. */
  public static ModelSettings withSchema(ModelSettings model) {
    return new ModelSettings(
        model.name(),
        model.endpoint(),
        model.requestModel(),
        model.maxOutputTokens(),
        model.parametersJson(),
        model.extraJson(),
        model.promptCache(),
        "{\"type\":\"object\",\"properties\":{\"label\":{\"type\":\"string\"}},"
            + "\"required\":[\"label\"],\"additionalProperties\":false}");
  }

  public static ModelSettings asking(ModelSettings model, PromptCacheHint hint) {
    return new ModelSettings(
        model.name(),
        model.endpoint(),
        model.requestModel(),
        model.maxOutputTokens(),
        model.parametersJson(),
        model.extraJson(),
        hint,
        null);
  }

  public static InferenceRequest request(Message... messages) {
    return new InferenceRequest(
        Fingerprint.of(new byte[Fingerprint.BYTES]), "small", List.of(messages));
  }

  public static InferenceRequest request(String userPrompt) {
    return request(new Message(Message.USER, userPrompt));
  }

  /**
   * @param name below {@code src/test/resources/provider}
   */
  public static byte[] recorded(String name) {
    try (InputStream in = Samples.class.getResourceAsStream("/provider/" + name)) {
      assertThat(in).as(name).isNotNull();
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static <T> T answer(Future<T> future) throws Exception {
    return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** The failure with which a call ended. */
  public static ProviderException failure(Future<?> future) {
    Throwable thrown = catchThrowable(() -> future.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    assertThat(thrown).isInstanceOf(ExecutionException.class);
    assertThat(thrown.getCause()).isInstanceOf(ProviderException.class);
    return (ProviderException) thrown.getCause();
  }
}

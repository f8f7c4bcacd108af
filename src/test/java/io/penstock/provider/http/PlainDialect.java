package io.penstock.provider.http;

import io.penstock.domain.Completion;
import io.penstock.domain.FinishReason;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.ModelSettings;
import io.penstock.domain.TokenUsage;
import io.penstock.provider.HttpAnswer;
import io.penstock.provider.ModelCodec;
import io.penstock.provider.ProviderDialect;
import io.penstock.provider.ProviderException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Sends the first message and takes the body for the answer, so that tests see the transport. */
final class PlainDialect implements ProviderDialect {
  private static final long serialVersionUID = 1L;

  @Override
  public String name() {
    return "plain";
  }

  @Override
  public Set<String> parameters() {
    return Set.of();
  }

  @Override
  public Set<String> reserved() {
    return Set.of();
  }

  @Override
  public Map<String, Set<String>> onlyValues() {
    return Map.of();
  }

  @Override
  public Set<String> indifferentParameters() {
    return Set.of();
  }

  @Override
  public Set<String> structuredOutput() {
    return Set.of();
  }

  @Override
  public Map<String, String> headers() {
    return Map.of("x-dialect", "plain");
  }

  @Override
  public Map.Entry<String, String> authorization(String apiKey) {
    return Map.entry("x-key", apiKey);
  }

  @Override
  public ModelCodec codec(ModelSettings model) {
    return new PlainCodec();
  }

  private static final class PlainCodec implements ModelCodec {
    @Override
    public String path() {
      return "/say";
    }

    @Override
    public byte[] encode(InferenceRequest request) {
      return request.messages().get(0).content().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Completion decode(InferenceRequest request, byte[] body) throws ProviderException {
      String text = new String(body, StandardCharsets.UTF_8);
      if (text.equals("defect")) {
        throw new IllegalStateException("a defect of the codec");
      }
      return new Completion(
          text, null, FinishReason.STOP, "stop", null, null, TokenUsage.of(1, 1), false);
    }

    @Override
    public ProviderException refusal(HttpAnswer answer, @Nullable Duration retryAfter) {
      return StatusClassifier.classify(answer.status())
          .exception(answer.status(), ErrorBody.read(answer.body()));
    }
  }
}

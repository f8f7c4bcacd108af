package io.penstock.pipeline;

import io.penstock.domain.Completion;
import io.penstock.domain.FailureKind;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.ModelSettings;
import io.penstock.provider.ModelProvider;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.ProviderException.Details;
import io.penstock.schema.ResponseSchema;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A model whose answers must fulfil the prompt's schema. One that does not is paid and of no use.
 * Thread-safe.
 */
final class SchemaModel implements ModelProvider {
  /** As much of the answer as is kept of unreadable ones. */
  private static final int KEPT_CHARS = 2_000;

  /** HTTP 200. */
  private static final int OK = 200;

  private final ModelProvider provider;
  private final ResponseSchema schema;

  private SchemaModel(ModelProvider provider, ResponseSchema schema) {
    this.provider = provider;
    this.schema = schema;
  }

  /** The provider itself where the model's answers may be any text. */
  static ModelProvider of(ModelSettings model, ModelProvider provider) {
    String json = model.responseSchemaJson();
    return json == null ? provider : new SchemaModel(provider, ResponseSchema.of(json));
  }

  @Override
  public CompletableFuture<Completion> complete(InferenceRequest request) {
    return provider.complete(request).thenCompose(this::checked);
  }

  private CompletableFuture<Completion> checked(Completion answer) {
    return schema
        .problem(answer.text())
        .map(problem -> CompletableFuture.<Completion>failedFuture(invalid(answer, problem)))
        .orElseGet(() -> CompletableFuture.completedFuture(answer));
  }

  /** What an answer fails of that came in another way; empty where it is good. */
  static Optional<ProviderException> invalid(ModelSettings model, Completion answer) {
    String json = model.responseSchemaJson();
    return json == null
        ? Optional.empty()
        : ResponseSchema.of(json).problem(answer.text()).map(problem -> invalid(answer, problem));
  }

  private static ProviderException invalid(Completion answer, String problem) {
    String text = answer.text() == null ? "" : answer.text();
    return new ProviderException(
        FailureKind.INVALID_RESPONSE,
        Billing.BILLED,
        OK,
        "the answer (finish reason %s) does not fulfil prompt.response_schema: %s"
            .formatted(answer.finishReason(), problem),
        new Details(null, answer.usage(), text.substring(0, Math.min(text.length(), KEPT_CHARS))));
  }
}

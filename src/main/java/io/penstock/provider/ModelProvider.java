package io.penstock.provider;

import io.penstock.domain.Completion;
import io.penstock.domain.InferenceRequest;
import java.util.concurrent.CompletableFuture;

/** One model at one provider. Thread-safe. */
public interface ModelProvider {
  /**
   * Sends exactly one HTTP request and never retries. The future completes on an HTTP thread,
   * exceptionally only with a {@link ProviderException}.
   */
  CompletableFuture<Completion> complete(InferenceRequest request);
}

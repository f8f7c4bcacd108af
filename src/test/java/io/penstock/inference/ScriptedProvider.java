package io.penstock.inference;

import io.penstock.domain.Completion;
import io.penstock.domain.FinishReason;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.TokenUsage;
import io.penstock.provider.ModelProvider;
import io.penstock.provider.ProviderException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Answers each attempt with the next line of its script; past its end it answers {@link #YES}. */
final class ScriptedProvider implements ModelProvider {
  static final Completion YES =
      new Completion(
          "yes", null, FinishReason.STOP, "stop", "tiny-1", "id-1", TokenUsage.of(10, 1), false);

  private final ArrayDeque<CompletableFuture<Completion>> script = new ArrayDeque<>();
  private final List<InferenceRequest> asked = new ArrayList<>();

  ScriptedProvider thenFails(Throwable failure) {
    script.add(CompletableFuture.failedFuture(failure));
    return this;
  }

  ScriptedProvider thenFails(ProviderException failure, int times) {
    for (int i = 0; i < times; i++) {
      thenFails(failure);
    }
    return this;
  }

  /** An answer that the test completes. */
  CompletableFuture<Completion> thenAnswersLater() {
    CompletableFuture<Completion> answer = new CompletableFuture<>();
    script.add(answer);
    return answer;
  }

  int attempts() {
    return asked.size();
  }

  @Override
  public CompletableFuture<Completion> complete(InferenceRequest request) {
    asked.add(request);
    return script.isEmpty() ? CompletableFuture.completedFuture(YES) : script.remove();
  }
}

package io.penstock.pipeline;

import io.penstock.domain.InferenceOutcome;
import io.penstock.domain.InferenceRequest;
import io.penstock.inference.ModelCaller;
import io.penstock.limit.Limiter;
import io.penstock.limit.Limiter.Permit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One model's way out of an executor. Thread-safe.
 *
 * @param ahead how many requests may wait with an intent; null: the calls write theirs by
 *     themselves, once there is money for them
 * @param budgeted null where the run has no budget
 */
record ModelLane(
    Limiter limiter,
    NeedEstimate needs,
    @Nullable IntentsAhead ahead,
    ModelPricing pricing,
    ModelCaller caller,
    OutcomeRecorder recorder,
    @Nullable BudgetedModel budgeted) {
  /**
   * Once there is money for the request, or never will be, as {@link ModelCaller#call}.
   *
   * @param threads that it goes on with where it had to wait
   */
  CompletableFuture<InferenceOutcome> call(
      InferenceRequest request, Permit permit, Executor threads) {
    return budgeted == null
        ? caller.call(request, permit)
        : budgeted
            .prepare(request)
            .thenComposeAsync(prepared -> caller.call(request, permit), threads);
  }
}

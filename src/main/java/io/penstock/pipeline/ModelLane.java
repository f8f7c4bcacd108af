package io.penstock.pipeline;

import io.penstock.domain.InferenceRequest;
import io.penstock.inference.ModelCaller;
import io.penstock.limit.Limiter;
import java.util.concurrent.CompletableFuture;
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
  /** Completes when there is money for the request, or never will be: it is to be called then. */
  CompletableFuture<Void> ready(InferenceRequest request) {
    return budgeted == null ? CompletableFuture.completedFuture(null) : budgeted.prepare(request);
  }
}

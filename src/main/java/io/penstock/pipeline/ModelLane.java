package io.penstock.pipeline;

import io.penstock.inference.ModelCaller;
import io.penstock.limit.Limiter;
import org.jspecify.annotations.Nullable;

/**
 * One model's way out of an executor. Thread-safe.
 *
 * @param ahead how many requests may wait with an intent; null: the calls write theirs by
 *     themselves, once there is money for them
 */
record ModelLane(
    Limiter limiter,
    NeedEstimate needs,
    @Nullable IntentsAhead ahead,
    ModelPricing pricing,
    ModelCaller caller,
    OutcomeRecorder recorder) {}

package io.penstock.pipeline;

import io.penstock.inference.ModelCaller;
import io.penstock.limit.Limiter;

/**
 * One model's way out of an executor. Thread-safe.
 *
 * @param ahead how many requests may wait with an intent
 */
record ModelLane(
    Limiter limiter,
    NeedEstimate needs,
    IntentsAhead ahead,
    ModelPricing pricing,
    ModelCaller caller,
    OutcomeRecorder recorder) {}

/**
 * The stages of a run and what executors do. Start at {@link io.penstock.pipeline.PromptJob#run},
 * which names every stage in order; each stage takes values and returns values. Rows that may be
 * asked of several models go up a {@code Ladder}, in rounds of {@code RungStage}.
 *
 * <p>Threads on an executor. A task's thread owns one {@code InFlightWindow}: it reads requests
 * from its shard, asks the model's limiter for permits and handles events; it blocks only on its
 * queue of events. OkHttp's threads carry the calls, read the answers and run retries' decisions;
 * they never block on us. One scheduler thread wakes rows that wait before they are tried again.
 * One journal thread writes and flushes: intents before their calls start, outcomes before they
 * reach their task. The plugin's thread renews the lease without which no attempt starts. The
 * executor's one {@code ExecutorRuntime} owns the client, limiters, journal and the registry of
 * calls in flight.
 */
@NullMarked
package io.penstock.pipeline;

import org.jspecify.annotations.NullMarked;

package io.penstock.cluster;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Histogram;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import java.time.Duration;

/**
 * An executor's calls in Spark's metrics system, for sinks that executors have of their own.
 * Thread-safe.
 */
public final class CallMeter {
  private final Timer durations;
  private final Histogram inputTokens;
  private final Histogram outputTokens;
  private final Counter rateLimited;
  private final Counter failedAttempts;
  private final Counter failed;

  /** GenAI's names of OpenTelemetry where it has one (semantic conventions, read 2026-11). */
  public CallMeter(MetricRegistry registry) {
    durations = registry.timer("gen_ai.client.operation.duration");
    inputTokens = registry.histogram("gen_ai.client.token.usage.input");
    outputTokens = registry.histogram("gen_ai.client.token.usage.output");
    rateLimited = registry.counter("attempts.rate_limited");
    failedAttempts = registry.counter("attempts.failed");
    failed = registry.counter("requests.failed");
  }

  /** A request has its answer, so long after its first attempt was sent. */
  public void answered(Duration after, long input, long output) {
    durations.update(after);
    inputTokens.update(input);
    outputTokens.update(output);
  }

  /** A request has none, for good. */
  public void failed() {
    failed.inc();
  }

  public void attemptFailed(boolean is429) {
    failedAttempts.inc();
    if (is429) {
      rateLimited.inc();
    }
  }
}

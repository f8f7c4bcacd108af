package io.penstock.simulator;

import java.time.Duration;

/**
 * Why a limit turns a request away.
 *
 * @param limit per minute, or at the same time
 * @param used of the limit, more than all of it where it is overdrawn
 * @param requested what the request would have used
 * @param retryAfter when it would fit if nothing else came; zero where nobody can tell
 */
record Refusal(Reason reason, long limit, long used, long requested, Duration retryAfter)
    implements ModelGate.Decision {
  /** What a request was too much for. */
  enum Reason {
    REQUESTS,
    TOKENS,
    IN_FLIGHT
  }
}

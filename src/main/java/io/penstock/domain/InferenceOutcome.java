package io.penstock.domain;

import java.io.Serializable;

/** What became of one fingerprint. Exactly one outcome per fingerprint and run. */
public sealed interface InferenceOutcome extends Serializable {
  Fingerprint fingerprint();

  Effort effort();

  /**
   * What it took, over all attempts.
   *
   * @param attempts HTTP requests sent, at least 1 for an outcome of a call
   * @param rateLimited how many of them were refused with HTTP 429
   * @param latencyMillis first attempt sent to last byte
   * @param waste what attempts without a usable answer cost or may have cost
   */
  record Effort(int attempts, int rateLimited, long latencyMillis, Waste waste)
      implements Serializable {}

  /**
   * Money that bought no usable answer.
   *
   * @param known paid for answers that came and could not be used
   * @param possible upper bound of what timeouts, resets and unreadable answers may have cost
   */
  record Waste(Usd known, Usd possible) implements Serializable {
    public static final Waste NONE = new Waste(Usd.ZERO, Usd.ZERO);

    public Waste plus(Waste other) {
      return new Waste(known.plus(other.known), possible.plus(other.possible));
    }
  }

  record Completed(Fingerprint fingerprint, Completion completion, Effort effort)
      implements InferenceOutcome {}

  /**
   * @param message what happened, keys masked
   * @param rawBody the beginning of an answer that could not be read; else empty
   */
  record Failed(
      Fingerprint fingerprint, FailureKind kind, String message, String rawBody, Effort effort)
      implements InferenceOutcome {}
}

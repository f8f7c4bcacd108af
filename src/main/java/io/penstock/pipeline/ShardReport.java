package io.penstock.pipeline;

import io.penstock.domain.FailureKind;
import io.penstock.domain.Fingerprint;
import io.penstock.inference.StopSignal;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a task tells the driver: counts and refusals, never rows.
 *
 * @param refused requests whose refusal stops the run; at most as many as the windows hold
 * @param stop why the run stops; null: it does not
 * @param firstCallMillis epoch milliseconds of this JVM's first call in the run; {@link
 *     Long#MAX_VALUE} for none
 * @param lastAnswerMillis epoch milliseconds of this JVM's last outcome so far; 0 for none
 * @param peakInFlight of this JVM
 */
record ShardReport(
    List<Refused> refused,
    StopSignal.@Nullable Cause stop,
    long firstCallMillis,
    long lastAnswerMillis,
    String executorId,
    int peakInFlight)
    implements Serializable {

  /**
   * @param attempts HTTP requests sent
   * @param stored whether the store has an entry of it, for its waste
   */
  record Refused(
      Fingerprint fingerprint,
      FailureKind kind,
      String message,
      int attempts,
      int rateLimited,
      boolean stored)
      implements Serializable {}
}

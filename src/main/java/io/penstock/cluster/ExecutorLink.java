package io.penstock.cluster;

import java.util.concurrent.CompletableFuture;

/** What the runtime of an executor JVM needs besides itself to call. Thread-safe. */
public interface ExecutorLink {
  /** As Spark names it; "driver" in local mode. */
  String executorId();

  /**
   * What the provider wants to be shown.
   *
   * @throws IllegalStateException when it could not be had
   */
  HeldSecrets secrets(String provider);

  /**
   * Has the place of secrets that were refused read again, once for each version. Completes with
   * what is there now, of the same version where that is the same; on a thread that must not be
   * blocked. Fails when nobody could be asked.
   */
  CompletableFuture<HeldSecrets> secretsInstead(String provider, int refused);

  /** Takes what calls did, for Spark's metrics system. */
  CallMeter meter();

  /** The runtime of the run in this JVM; from now on it is granted what it may use. */
  void attach(Participant participant);

  /** Asks for another allowance now, not at the next renewal. */
  void hurry();

  /**
   * Completes at once while the executor may begin calls of the run, else when it may again, on a
   * thread that must not be blocked; fails with {@link CallsStoppedException} once the run is
   * stopped, ended or replaced.
   */
  CompletableFuture<Void> whenLeased(String runId);

  /**
   * Blocks until every other executor of the run can be known to have begun no call since. For
   * attempts after the first: only then does the journal hold all that the others will have begun.
   *
   * @throws CallsStoppedException when the run is stopped or over
   */
  void awaitQuiet(String runId) throws InterruptedException;
}

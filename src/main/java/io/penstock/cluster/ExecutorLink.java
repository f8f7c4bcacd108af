package io.penstock.cluster;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What the runtime of an executor JVM needs besides itself to call. Thread-safe. */
public interface ExecutorLink {
  /** As Spark names it; "driver" in local mode. */
  String executorId();

  /**
   * The provider's key; null where it needs none.
   *
   * @throws IllegalStateException when it could not be had
   */
  @Nullable String secret(String provider);

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

package io.penstock.pipeline;

import org.jspecify.annotations.Nullable;

/**
 * What the command line asks of a run.
 *
 * @param newRun whether the job's unpublished run is given up
 * @param waitForLock whether another execution of the job is waited for
 * @param retryPermanent whether requests that failed for good are called again
 * @param limit rows of the input that are taken, in a run of its own; null: all, in the job's run
 * @param waits whether the execution waits for batches
 */
public record RunMode(
    boolean newRun,
    boolean waitForLock,
    boolean retryPermanent,
    @Nullable Long limit,
    boolean waits) {
  public static final RunMode PLAIN = new RunMode(false, false, false);

  /** Over all rows, and to the end. */
  public RunMode(boolean newRun, boolean waitForLock, boolean retryPermanent) {
    this(newRun, waitForLock, retryPermanent, null, true);
  }

  public boolean isLimited() {
    return limit != null;
  }
}

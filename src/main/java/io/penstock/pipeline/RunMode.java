package io.penstock.pipeline;

/**
 * What the command line asks of a run.
 *
 * @param newRun whether the job's unpublished run is given up
 * @param waitForLock whether another execution of the job is waited for
 * @param retryPermanent whether requests that failed for good are called again
 */
public record RunMode(boolean newRun, boolean waitForLock, boolean retryPermanent) {
  public static final RunMode PLAIN = new RunMode(false, false, false);
}

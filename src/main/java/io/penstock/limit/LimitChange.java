package io.penstock.limit;

import java.time.Instant;

/**
 * One change of an account's limit in the cluster, for the run folder.
 *
 * @param limit calls under way at once, from then on
 * @param why in a word or two
 * @param inFlight as the executors told last
 */
public record LimitChange(Instant at, String account, int limit, String why, int inFlight) {
  static final String GROWTH = "growth";

  /** One of the many small steps up. */
  public boolean isGrowth() {
    return why.equals(GROWTH);
  }
}

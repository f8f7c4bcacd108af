package io.penstock.limit;

import java.io.Serializable;
import java.time.Duration;

/**
 * What a job says of an account and model, for the whole cluster.
 *
 * @param account a provider's account and a model of it, as people call it
 * @param rates what the job knows; others are learnt
 * @param maxInFlight 0: no limit but the window's
 * @param share of rates and of maxInFlight that is this application's, above 0, at most 1
 * @param window of each executor
 * @param longestCall after which a call of an executor that vanished has ended
 */
public record AccountLimits(
    String account, Rates rates, int maxInFlight, double share, Window window, Duration longestCall)
    implements Serializable {

  /**
   * Calls under way at once, per executor.
   *
   * @param initial at least 1
   * @param min at most initial
   * @param max at least initial
   * @param adaptive false: initial is held
   */
  public record Window(int initial, int min, int max, boolean adaptive) implements Serializable {}

  /**
   * What each of so many executors may use that do not know of one another.
   *
   * @throws IllegalArgumentException when there is less than one call for each
   */
  public AccountLimits dividedBy(int executors) {
    if (maxInFlight != 0 && maxInFlight * share < executors) {
      throw new IllegalArgumentException(
          "limits.%s.max_in_flight is %d, which %d executors cannot divide"
              .formatted(account, maxInFlight, executors));
    }
    return new AccountLimits(account, rates, maxInFlight, share / executors, window, longestCall);
  }

  /** One executor is not granted more, whatever others leave. */
  public int mostPerExecutor() {
    return mostInFlight(1);
  }

  /** For so many executors. */
  public int mostInFlight(int executors) {
    int most = saturated((long) (window.adaptive() ? window.max() : window.initial()) * executors);
    return maxInFlight == 0 ? most : Math.min(most, Math.max(1, (int) (maxInFlight * share)));
  }

  int leastInFlight(int executors) {
    return Math.min(mostInFlight(executors), saturated((long) window.min() * executors));
  }

  int firstInFlight(int executors) {
    return Math.min(mostInFlight(executors), saturated((long) window.initial() * executors));
  }

  private static int saturated(long count) {
    return (int) Math.min(Integer.MAX_VALUE, count);
  }
}

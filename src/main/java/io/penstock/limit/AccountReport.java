package io.penstock.limit;

import java.io.Serializable;
import java.util.Map;

/**
 * What an executor did with an account, told to the driver at each renewal.
 *
 * @param allowance number of the last one it has, 0 for none
 * @param inARow refusals since the last success
 * @param holdMillis how long the provider asked it to wait, from now
 * @param learnt from the provider's headers
 * @param largest need of each rate within the last minute or two, and of the call that waits next
 */
public record AccountReport(
    String account,
    long allowance,
    Load load,
    Tally tally,
    int inARow,
    long holdMillis,
    Rates learnt,
    Map<Rate, Long> largest)
    implements Serializable {
  public AccountReport {
    largest = Map.copyOf(largest);
  }

  /**
   * @param peakInFlight since the report before
   * @param waiting whether a call could not begin for want of a permit or of a rate
   */
  public record Load(int inFlight, int peakInFlight, boolean waiting) implements Serializable {}

  /**
   * Attempts that have ended, since the executor's runtime began.
   *
   * @param unhealthy 5xx, timeouts and broken connections
   */
  public record Tally(long succeeded, long tooFast, long tooMany, long overloaded, long unhealthy)
      implements Serializable {
    static final Tally NONE = new Tally(0, 0, 0, 0, 0);

    Tally plusSuccess() {
      return new Tally(succeeded + 1, tooFast, tooMany, overloaded, unhealthy);
    }

    Tally plus(Refusal why) {
      return new Tally(
          succeeded,
          tooFast + (why == Refusal.TOO_FAST ? 1 : 0),
          tooMany + (why == Refusal.TOO_MANY ? 1 : 0),
          overloaded + (why == Refusal.OVERLOADED ? 1 : 0),
          unhealthy);
    }

    Tally plusUnhealthy() {
      return new Tally(succeeded, tooFast, tooMany, overloaded, unhealthy + 1);
    }

    long refused() {
      return tooFast + tooMany + overloaded;
    }

    /** What came since then; everything, where the counting began anew. */
    Tally since(Tally before) {
      boolean anew = succeeded < before.succeeded || refused() < before.refused();
      return anew
          ? this
          : new Tally(
              succeeded - before.succeeded,
              tooFast - before.tooFast,
              tooMany - before.tooMany,
              overloaded - before.overloaded,
              unhealthy - before.unhealthy);
    }
  }
}

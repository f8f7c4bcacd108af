package io.penstock.store;

import io.penstock.domain.Usd;
import java.io.Serializable;

/**
 * Calls that may have been made and paid though the store has no entry of theirs.
 *
 * @param calls at most so many
 * @param worstUsd the most that they can have cost
 */
public record InDoubt(long calls, Usd worstUsd) implements Serializable {
  public static final InDoubt NONE = new InDoubt(0, Usd.ZERO);

  public InDoubt plus(InDoubt other) {
    return new InDoubt(calls + other.calls, worstUsd.plus(other.worstUsd));
  }
}

package io.penstock.limit;

/** Why a provider refuses an attempt before any work began. */
public enum Refusal {
  /** A rate is used up. */
  TOO_FAST,
  /** Too many calls are under way; also what does not say why. */
  TOO_MANY,
  /** The provider has no capacity, whatever this account does. */
  OVERLOADED
}

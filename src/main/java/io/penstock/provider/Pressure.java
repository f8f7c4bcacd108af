package io.penstock.provider;

/** What a failed attempt says of the account's limits. */
public enum Pressure {
  /** Nothing: the failure has another reason. */
  NONE,
  /** A rate is used up, of requests or of tokens per minute or day: fewer at once do not help. */
  TOO_FAST,
  /** Too many are under way at once; also said of a 429 that does not tell which it is. */
  TOO_MANY,
  /** The provider has no capacity, whatever the limits of the account. */
  OVERLOADED
}

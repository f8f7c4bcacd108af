package io.penstock.domain;

import java.io.Serializable;
import java.math.BigDecimal;

/**
 * An exact amount of US dollars. Never rounded, never a binary fraction; equal amounts are equal
 * whatever their scale.
 */
public record Usd(BigDecimal amount) implements Serializable, Comparable<Usd> {
  public static final Usd ZERO = new Usd(BigDecimal.ZERO);

  /**
   * Digits behind the point that results and the store keep; prices with more are refused where
   * they are read.
   */
  public static final int SCALE = 12;

  /** Digits in all that results and the store keep. */
  public static final int PRECISION = 20;

  public Usd {
    amount = amount.signum() == 0 ? BigDecimal.ZERO : amount.stripTrailingZeros();
  }

  public static Usd of(String amount) {
    return new Usd(new BigDecimal(amount));
  }

  public Usd plus(Usd other) {
    return new Usd(amount.add(other.amount));
  }

  public boolean isZero() {
    return amount.signum() == 0;
  }

  @Override
  public int compareTo(Usd other) {
    return amount.compareTo(other.amount);
  }

  /** Plain digits, no exponent: {@code 0.000123}. */
  @Override
  public String toString() {
    return amount.toPlainString();
  }
}

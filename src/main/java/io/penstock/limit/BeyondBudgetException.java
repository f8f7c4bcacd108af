package io.penstock.limit;

import java.math.BigDecimal;

/** No money will be there for an attempt any more, however those under way end. */
public final class BeyondBudgetException extends Exception {
  private static final long serialVersionUID = 1;

  private final BigDecimal left;

  BeyondBudgetException(BigDecimal left) {
    super("At most " + left.toPlainString() + " USD are left");
    this.left = left;
  }

  /** What is left for one attempt, at the most. */
  public BigDecimal left() {
    return left;
  }
}

package io.penstock.limit;

import java.io.Serializable;
import java.math.BigDecimal;

/**
 * What an executor did with its part of a budget, told to the driver at each renewal. Amounts in US
 * dollars.
 *
 * @param purse which one, as an executor may have another one later
 * @param allowance number of the last one it has, 0 for none
 * @param spent by attempts that have ended; never less than before
 * @param reserved for attempts under way
 * @param need of the cheapest attempt that waits for money; zero: none waits
 * @param wish how much more it would like to have for the next while
 */
public record PurseReport(
    String purse,
    long allowance,
    BigDecimal spent,
    BigDecimal reserved,
    BigDecimal need,
    BigDecimal wish)
    implements Serializable {
  BigDecimal used() {
    return spent.add(reserved);
  }

  boolean waits() {
    return need.signum() > 0;
  }
}

package io.penstock.limit;

import java.io.Serializable;
import java.util.Map;

/**
 * What one executor may use of an account until its lease runs out or the next allowance comes.
 *
 * @param number counts up; an older one that comes late is ignored
 * @param permits calls under way at once
 * @param shares of each rate that is limited
 * @param starts calls that may begin until the next allowance, or {@link #UNLIMITED}
 * @param holdMillis for which none may begin
 * @param era a new one when a pause has ended: what was learnt of refusals before it is void
 */
public record Allowance(
    String account,
    long number,
    int permits,
    Map<Rate, Share> shares,
    int starts,
    long holdMillis,
    long era)
    implements Serializable {
  public static final int UNLIMITED = Integer.MAX_VALUE;

  /**
   * Part of a rate.
   *
   * @param perSecond 0 or more
   * @param burst what may be saved up while nothing begins
   */
  public record Share(double perSecond, double burst) implements Serializable {}

  public Allowance {
    shares = Map.copyOf(shares);
  }
}

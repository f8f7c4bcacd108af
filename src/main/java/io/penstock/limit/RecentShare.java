package io.penstock.limit;

/** The share of bad ones among the last few dozen. Not thread-safe. */
final class RecentShare {
  /** Older ones count half each time that so many have come. */
  private static final int REMEMBERED = 50;

  private double good;
  private double bad;

  void add(long goodOnes, long badOnes) {
    good += goodOnes;
    bad += badOnes;
    while (good + bad > 2 * REMEMBERED) {
      good /= 2;
      bad /= 2;
    }
  }

  double bad() {
    return bad;
  }

  double share() {
    return good + bad == 0 ? 0 : bad / (good + bad);
  }
}

package io.penstock.report;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What a cascade did.
 *
 * @param answered rows that the first model answered, so that its answer was checked
 * @param escalated of them those whose answer was not good enough
 * @param escalatedShare escalated by answered; 0 where none was answered
 * @param audited requests that both models answered because they were drawn for it
 * @param agreement of both models on them
 * @param agreementTrusted on those of them whose first answer passed the checks: what the cascade
 *     relies on
 * @param savedUsd what the requests whose first answer was bought in this run would have cost at
 *     the second model's mean cost, less what was paid for first and second answers; below 0 where
 *     the cascade cost more than it saved; null where the second model answered nothing in this
 *     run, or a price is not known
 */
public record CascadeSummary(
    long answered,
    long escalated,
    double escalatedShare,
    long audited,
    Agreement agreement,
    Agreement agreementTrusted,
    @Nullable BigDecimal savedUsd) {

  /**
   * How often two answers were the same but for white space around them.
   *
   * @param requests that were compared
   * @param share of them that agreed; null where there are none, as low and high
   * @param low lower end of the 95 % interval after Wilson (1927)
   * @param high upper end
   */
  public record Agreement(
      long requests, @Nullable Double share, @Nullable Double low, @Nullable Double high) {
    /** The normal distribution's quantile for 95 %, both sides together. */
    private static final double Z = 1.959964;

    public static Agreement of(long equal, long requests) {
      if (requests == 0) {
        return new Agreement(0, null, null, null);
      }
      double share = (double) equal / requests;
      double spread = Z * Z / requests;
      double centre = (share + spread / 2) / (1 + spread);
      double half =
          Z * Math.sqrt(share * (1 - share) / requests + spread / (4 * requests)) / (1 + spread);
      return new Agreement(
          requests,
          rounded(share),
          rounded(Math.max(0, centre - half)),
          rounded(Math.min(1, centre + half)));
    }

    private static double rounded(double share) {
      return Math.round(share * 1e6) / 1e6;
    }
  }
}

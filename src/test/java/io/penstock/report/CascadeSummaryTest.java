package io.penstock.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.report.CascadeSummary.Agreement;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CascadeSummaryTest {
  /** Computed apart, by the formula with a spread of z squared by n. */
  @ParameterizedTest
  @CsvSource({
    "0, 20, 0, 0, 0.161125",
    "81, 100, 0.81, 0.722212, 0.874852",
    "10, 10, 1, 0.722467, 1",
    "1, 2, 0.5, 0.094531, 0.905469"
  })
  void theIntervalIsWilsons(long equal, long requests, double share, double low, double high) {
    assertThat(Agreement.of(equal, requests)).isEqualTo(new Agreement(requests, share, low, high));
  }

  @Test
  void nothingComparedSaysNothing() {
    assertThat(Agreement.of(0, 0)).isEqualTo(new Agreement(0, null, null, null));
  }

  @Test
  void theConsoleSaysWhatTheCascadeDid() {
    RunSummary run =
        Summaries.cascading(
            new CascadeSummary(
                1000,
                250,
                0.25,
                20,
                Agreement.of(15, 20),
                Agreement.of(10, 10),
                new BigDecimal("1.5")));

    assertThat(ConsoleSummary.of(run, "a", "b", null))
        .contains(
            "  cascade   1,000 answers checked, 250 escalated (25.0 %); against the second model"
                + " alone saved 1.5 USD")
        .contains("20 audited: both models agree on 75.0 % of 20")
        .contains("on 100.0 % of 10 (72.2 to 100.0 %) where the answer passed the checks");
    assertThat(run.toJson()).contains("\"escalated_share\" : 0.25", "\"agreement_trusted\" : {");
  }
}

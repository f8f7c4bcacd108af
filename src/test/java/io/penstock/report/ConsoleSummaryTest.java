package io.penstock.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;

final class ConsoleSummaryTest {
  @Test
  void saysWhatHappenedInLines() {
    assertThat(text(Summaries.ordinary()).lines())
        .containsExactly(
            "",
            "run r1",
            "  rows      12,345: 12,342 with an answer, 3 failed",
            "            2 OVERLOADED",
            "            1 TIMEOUT",
            "  requests  11,000 distinct, 1,345 duplicate rows",
            "            1,000 from the store, 10,000 called, 17 retries",
            "  tokens    1,234,567 input, 89,012 output",
            "  cost      0.000123 USD",
            "  saved     0.5 USD by the store, unknown (no price) by deduplication",
            "  waste     0.25 USD known, at most 1.75 USD possible",
            "  in doubt  6 calls were under way when an executor was killed; their cost is in what is possible",
            "  time      60.3 s in all, 50.0 s of calls, 199.8 requests/s, at most 40 in flight",
            "  latency   p50 1,500 ms, p95 4,200 ms, p99 9,100 ms",
            "  store     4 torn journal lines were skipped",
            "  results   lake/answers",
            "  summary   runs/r1/summary.json",
            "  report    runs/r1/report.html");
  }

  @Test
  void saysThatAFreeRunCostNothing() {
    assertThat(text(Summaries.free()))
        .contains("nothing was called: this run cost nothing")
        .doesNotContain("waste")
        .doesNotContain("latency")
        .doesNotContain("torn");
  }

  @Test
  void whatBatchesWillAnswerHasNotFailed() {
    assertThat(text(Summaries.waiting()))
        .contains("7,342 with an answer, 3 failed, 5,000 whose batches have not ended")
        .doesNotContain("PENDING")
        .doesNotContain("cost nothing");
  }

  @Test
  void saysWhyItStoppedInsteadOfBeingFree() {
    assertThat(text(Summaries.stopped()))
        .contains("run r1 STOPPED: AUTHENTICATION: no such key")
        .doesNotContain("cost nothing");
  }

  @Test
  void aCostWithoutAPriceIsUnknown() {
    assertThat(text(Summaries.costing(null))).contains("  cost      unknown (no price)");
  }

  @Test
  void smallAmountsHaveNoExponent() {
    assertThat(text(Summaries.costing("0.000000000001"))).contains("0.000000000001 USD");
  }

  @Test
  void numbersLookTheSameInEveryLanguage() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.GERMANY);
      assertThat(text(Summaries.ordinary())).contains("12,345:").contains("60.3 s");
    } finally {
      Locale.setDefault(before);
    }
  }

  private static String text(RunSummary run) {
    return ConsoleSummary.of(run, "lake/answers", "runs/r1", "runs/r1/report.html");
  }
}

package io.penstock.report;

import io.penstock.pricing.CostEstimate;
import io.penstock.report.RunSummary.LatencyMs;
import io.penstock.report.RunSummary.SavedUsd;
import io.penstock.report.RunSummary.WasteUsd;
import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;

/** Runs for the tests of the reports. */
final class Summaries {
  static final LatencyMs LATENCY = new LatencyMs(1500L, 4200L, 9100L);

  private static final WasteUsd SOME_WASTE = new WasteUsd(usd("0.25"), usd("1.75"));

  private Summaries() {}

  static RunSummary ordinary() {
    return costing("0.000123");
  }

  static RunSummary costing(String cost) {
    return run(null, usd(cost), 10_000, SOME_WASTE, LATENCY, 4);
  }

  static RunSummary stopped() {
    return run("AUTHENTICATION: no such key", usd("0"), 0, SOME_WASTE, LATENCY, 0);
  }

  /** All from the store: nothing called, nothing wasted, no latency. */
  static RunSummary free() {
    WasteUsd none = new WasteUsd(usd("0"), usd("0"));
    return run(null, usd("0"), 0, none, new LatencyMs(null, null, null), 0);
  }

  /** Nothing was called, but much is in batches. */
  static RunSummary waiting() {
    WasteUsd none = new WasteUsd(usd("0"), usd("0"));
    return run(null, usd("0"), 0, none, new LatencyMs(null, null, null), 0, null, 5_000);
  }

  static RunSummary cascading(CascadeSummary cascade) {
    return run(null, usd("1"), 9, SOME_WASTE, LATENCY, 0, cascade, 0);
  }

  private static RunSummary run(
      String stopped, BigDecimal cost, long called, WasteUsd waste, LatencyMs latency, long torn) {
    return run(stopped, cost, called, waste, latency, torn, null, 0);
  }

  private static RunSummary run(
      String stopped,
      BigDecimal cost,
      long called,
      WasteUsd waste,
      LatencyMs latency,
      long torn,
      CascadeSummary cascade,
      long pending) {
    long inDoubt = torn == 0 ? 0 : 6;
    return new RunSummary(
        "r1",
        0,
        stopped,
        12_345,
        11_000,
        1_345,
        1_000,
        called,
        0,
        pending,
        12_342 - pending,
        3 + pending,
        failures(pending),
        17,
        5,
        inDoubt,
        1_234_567,
        89_012,
        cost,
        waste,
        usd("0"),
        null,
        new SavedUsd(usd("0.5"), null, usd("0")),
        new CostEstimate(usd("1.5"), null, usd("20")),
        60.25,
        50.04,
        199.84,
        latency,
        40,
        torn,
        cascade);
  }

  private static TreeMap<String, Long> failures(long pending) {
    TreeMap<String, Long> failures = new TreeMap<>(Map.of("TIMEOUT", 1L, "OVERLOADED", 2L));
    if (pending > 0) {
      failures.put("PENDING", pending);
    }
    return failures;
  }

  private static BigDecimal usd(String amount) {
    return amount == null ? null : new BigDecimal(amount);
  }
}

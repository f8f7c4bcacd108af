package io.penstock.report;

import io.penstock.domain.FailureKind;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A run's figures as lines for people. */
public final class ConsoleSummary {
  private static final String PENDING = FailureKind.PENDING.name();

  private ConsoleSummary() {}

  /**
   * @param resultsPath where the rows lie; in the last lines
   * @param runPath the run folder
   * @param reportPath null: there is none
   */
  public static String of(
      RunSummary run, String resultsPath, String runPath, @Nullable String reportPath) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add("run " + run.runId() + (run.stopped() == null ? "" : " STOPPED: " + run.stopped()));
    addRows(run, lines);
    addRequests(run, lines);
    addMoney(run, lines);
    addCascade(run.cascade(), lines);
    addDoubt(run, lines);
    addTime(run, lines);
    if (run.tornLines() > 0) {
      lines.add(line("store", "%,d torn journal lines were skipped", run.tornLines()));
    }
    lines.add(line("results", "%s", resultsPath));
    lines.add(line("summary", "%s", runPath + "/summary.json"));
    if (reportPath != null) {
      lines.add(line("report", "%s", reportPath));
    }
    return String.join(System.lineSeparator(), lines);
  }

  private static void addRows(RunSummary run, List<String> lines) {
    long waiting = run.failedByKind().getOrDefault(PENDING, 0L);
    lines.add(
        line(
            "rows",
            "%,d: %,d with an answer, %,d failed%s",
            run.rows(),
            run.succeeded(),
            run.failed() - waiting,
            waiting == 0
                ? ""
                : String.format(Locale.ROOT, ", %,d whose batches have not ended", waiting)));
    run.failedByKind().entrySet().stream()
        .filter(kind -> !kind.getKey().equals(PENDING))
        .forEach(kind -> lines.add(line("", "%,d %s", kind.getValue(), kind.getKey())));
  }

  private static void addRequests(RunSummary run, List<String> lines) {
    lines.add(
        line("requests", "%,d distinct, %,d duplicate rows", run.distinct(), run.duplicates()));
    lines.add(
        line(
            "",
            "%,d from the store, %,d called, %s%,d retries",
            run.cacheHits(),
            run.called(),
            run.batched() == 0 ? "" : String.format(Locale.ROOT, "%,d in batches, ", run.batched()),
            run.retries()));
    if (run.called() + run.batched() + run.pending() == 0 && run.stopped() == null) {
      lines.add(line("", "nothing was called: this run cost nothing"));
    }
  }

  private static void addMoney(RunSummary run, List<String> lines) {
    lines.add(line("tokens", "%,d input, %,d output", run.inputTokens(), run.outputTokens()));
    lines.add(line("cost", "%s", usd(run.costUsd())));
    RunSummary.BudgetUsd budget = run.budgetUsd();
    if (budget != null) {
      lines.add(line("budget", "%s of %s", usd(budget.spent()), usd(budget.max())));
    }
    RunSummary.SavedUsd saved = run.savedUsd();
    lines.add(
        line(
            "saved",
            "%s by the store, %s by deduplication%s",
            usd(saved.cache()),
            usd(saved.duplicates()),
            run.batched() == 0 ? "" : ", " + usd(saved.batch()) + " by batches"));
    RunSummary.WasteUsd waste = run.wasteUsd();
    if (waste.known().signum() > 0 || waste.possible().signum() > 0) {
      lines.add(
          line(
              "waste", "%s known, at most %s possible", usd(waste.known()), usd(waste.possible())));
    }
  }

  private static void addCascade(@Nullable CascadeSummary cascade, List<String> lines) {
    if (cascade == null) {
      return;
    }
    lines.add(
        line(
            "cascade",
            "%,d answers checked, %,d escalated (%.1f %%); against the second model alone %s",
            cascade.answered(),
            cascade.escalated(),
            100 * cascade.escalatedShare(),
            cascade.savedUsd() == null ? "unknown" : "saved " + usd(cascade.savedUsd())));
    if (cascade.audited() > 0) {
      lines.add(
          line(
              "",
              "%,d audited: both models agree on %s; on %s where the answer passed the checks",
              cascade.audited(),
              agreement(cascade.agreement()),
              agreement(cascade.agreementTrusted())));
    }
  }

  private static String agreement(CascadeSummary.Agreement agreement) {
    return agreement.share() == null
        ? "none"
        : String.format(
            Locale.ROOT,
            "%.1f %% of %,d (%.1f to %.1f %%)",
            100 * agreement.share(),
            agreement.requests(),
            100 * agreement.low(),
            100 * agreement.high());
  }

  private static void addDoubt(RunSummary run, List<String> lines) {
    if (run.inDoubt() > 0) {
      lines.add(
          line(
              "in doubt",
              "%,d calls were under way when an executor was killed; their cost is in what is possible",
              run.inDoubt()));
    }
  }

  private static void addTime(RunSummary run, List<String> lines) {
    lines.add(
        line(
            "time",
            "%.1f s in all, %.1f s of calls, %.1f requests/s, at most %,d in flight",
            run.wallSeconds(),
            run.inferenceSeconds(),
            run.requestsPerSecond(),
            run.maxInFlight()));
    RunSummary.LatencyMs latency = run.latencyMs();
    if (latency.p50() != null) {
      lines.add(
          line(
              "latency",
              "p50 %,d ms, p95 %,d ms, p99 %,d ms",
              latency.p50(),
              latency.p95(),
              latency.p99()));
    }
  }

  private static String line(String label, String format, Object... values) {
    return String.format(Locale.ROOT, "  %-9s ", label)
        + String.format(Locale.ROOT, format, values);
  }

  private static String usd(@Nullable BigDecimal amount) {
    return amount == null ? "unknown (no price)" : amount.toPlainString() + " USD";
  }
}

package io.penstock.pipeline;

import io.penstock.domain.FailureKind;
import io.penstock.pipeline.DedupStage.Deduped;
import io.penstock.pipeline.RealtimeStage.Paid;
import io.penstock.pipeline.RungLedger.RungFigures;
import io.penstock.pipeline.ShardReport.Refused;
import io.penstock.pipeline.StoreLookupStage.Lookup;
import io.penstock.pipeline.TallyStage.EntryTally;
import io.penstock.pipeline.TallyStage.RowTally;
import io.penstock.pricing.CostEstimate;
import io.penstock.report.RunSummary;
import io.penstock.store.InDoubt;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the stages counted.
 *
 * @param pending requests in batches that have not ended
 * @param inDoubt calls of killed executors, which may have been paid
 * @param estimate made before the run's first call
 * @param rungs of rows that were asked of several models
 * @param startedNanos of the JVM's monotonic clock
 */
record RunFigures(
    Deduped deduped,
    Lookup lookup,
    Paid paid,
    long pending,
    InDoubt inDoubt,
    CostEstimate estimate,
    RungFigures rungs,
    long startedNanos) {
  static final int DONE = 0;
  static final int MANY_FAILED = 3;
  private static final int BUDGET_REACHED = 4;
  private static final int PROVIDER_REFUSES = 5;
  private static final int PENDING = 75;

  /** As shells have it for SIGINT. */
  private static final int INTERRUPTED = 130;

  /**
   * @param toleratedFraction of the rows that may fail
   * @param budget of the run; null: it has none
   */
  RunSummary summarize(
      String runId,
      RowTally rows,
      EntryTally entries,
      BigDecimal toleratedFraction,
      @Nullable BigDecimal budget) {
    List<Refused> unstored = paid.refused().stream().filter(refused -> !refused.stored()).toList();
    long called = entries.called() + unstored.size();
    long attempts = entries.attempts() + unstored.stream().mapToLong(Refused::attempts).sum();
    return new RunSummary(
        runId,
        exitCode(rows, toleratedFraction),
        paid.stop().map(cause -> cause.kind() + ": " + cause.message()).orElse(null),
        rows.rows(),
        deduped.distinct(),
        deduped.duplicates(),
        lookup.hitCount(),
        called,
        entries.batched(),
        pending,
        rows.rows() - rows.failed(),
        rows.failed(),
        rows.failedByKind(),
        attempts - called,
        entries.rateLimited() + unstored.stream().mapToLong(Refused::rateLimited).sum(),
        inDoubt.calls(),
        entries.inputTokens(),
        entries.outputTokens(),
        rows.costUsd(),
        new RunSummary.WasteUsd(
            RunSummary.exact(entries.wasteUsd().known().add(rungs.unusableUsd())),
            RunSummary.exact(entries.wasteUsd().possible().add(inDoubt.worstUsd().amount()))),
        rows.costUsd() == null
            ? null
            : RunSummary.exact(
                entries.answersUsd().subtract(rows.costUsd()).subtract(rungs.unusableUsd())),
        budget == null ? null : new RunSummary.BudgetUsd(RunSummary.exact(budget), spent(entries)),
        rows.savedUsd(),
        estimate,
        rounded((System.nanoTime() - startedNanos) / 1e9),
        rounded(paid.seconds()),
        paid.seconds() == 0 ? 0 : rounded(called / paid.seconds()),
        entries.latencyMs(),
        paid.peakInFlight(),
        lookup.tornLines(),
        rungs.cascade());
  }

  private BigDecimal spent(EntryTally entries) {
    RunSummary.WasteUsd waste = entries.wasteUsd();
    return RunSummary.exact(
        entries
            .answersUsd()
            .add(waste.known())
            .add(waste.possible())
            .add(inDoubt.worstUsd().amount()));
  }

  /**
   * @throws IllegalStateException when rows were lost or made on the way
   */
  void requireEveryRow(long resultRows) {
    if (resultRows != deduped.rows()) {
      throw new IllegalStateException(
          "Results have %d rows, the run has %d; nothing was published"
              .formatted(resultRows, deduped.rows()));
    }
  }

  /** Whether nothing is left to do. */
  boolean isComplete() {
    return paid.stop().isEmpty() && pending == 0;
  }

  private int exitCode(RowTally rows, BigDecimal toleratedFraction) {
    if (paid.stop().isPresent()) {
      FailureKind kind = paid.stop().get().kind();
      boolean budget = kind == FailureKind.BUDGET;
      return kind.stopsRun() ? PROVIDER_REFUSES : budget ? BUDGET_REACHED : INTERRUPTED;
    }
    if (pending > 0) {
      return PENDING;
    }
    BigDecimal tolerated = toleratedFraction.multiply(BigDecimal.valueOf(rows.rows()));
    return BigDecimal.valueOf(rows.failed()).compareTo(tolerated) > 0 ? MANY_FAILED : DONE;
  }

  /** To milliseconds, or thousandths. */
  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}

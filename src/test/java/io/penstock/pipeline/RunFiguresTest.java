package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.domain.FailureKind;
import io.penstock.domain.Fingerprint;
import io.penstock.domain.Usd;
import io.penstock.inference.StopSignal;
import io.penstock.pipeline.DedupStage.Deduped;
import io.penstock.pipeline.OpenRun.Pinned;
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
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RunFiguresTest {
  private static final BigDecimal ZERO = BigDecimal.ZERO;
  private static final StopSignal.Cause REFUSED_KEY =
      new StopSignal.Cause(FailureKind.AUTHENTICATION, "key refused");

  private static RowTally rows(long rows, long failed, BigDecimal cost) {
    Map<String, Long> byKind = failed == 0 ? Map.of() : Map.of("TIMEOUT", failed);
    return new RowTally(
        rows,
        new TreeMap<>(byKind),
        cost,
        new RunSummary.SavedUsd(ZERO, new BigDecimal("0.5"), ZERO));
  }

  /** Eight requests that were sent, ten times in all. */
  private static EntryTally entries() {
    return new EntryTally(
        8,
        5,
        10,
        1,
        800,
        80,
        new BigDecimal("0.75"),
        new RunSummary.WasteUsd(ZERO, ZERO),
        new RunSummary.LatencyMs(1L, 2L, 3L));
  }

  private static RunFigures figures(Paid paid, RowTally rows) {
    Dataset<Row> none = SparkForTests.session().emptyDataFrame();
    return new RunFigures(
        new Deduped(none, new Pinned(rows.rows(), 2, 12)),
        new Lookup(none, 9, 3, 4, Optional.empty()),
        paid,
        0,
        new InDoubt(6, Usd.of("0.25")),
        CostEstimate.UNKNOWN,
        RungFigures.NONE,
        System.nanoTime());
  }

  private static RunSummary summarize(Paid paid, RowTally rows, String tolerated) {
    return figures(paid, rows).summarize("r1", rows, entries(), new BigDecimal(tolerated), null);
  }

  @Test
  void refusesResultsThatLostARow() {
    Dataset<Row> none = SparkForTests.session().emptyDataFrame();
    RunFigures figures =
        new RunFigures(
            new Deduped(none, new Pinned(20, 2, 12)),
            new Lookup(none, 9, 3, 0, Optional.empty()),
            Paid.NOTHING,
            0,
            InDoubt.NONE,
            CostEstimate.UNKNOWN,
            RungFigures.NONE,
            0);

    figures.requireEveryRow(20);

    assertThatThrownBy(() -> figures.requireEveryRow(19))
        .hasMessageContaining("Results have 19 rows, the run has 20");
  }

  private static Paid paid(List<Refused> refused, StopSignal.Cause stop) {
    return new Paid(Optional.ofNullable(stop), refused, 2, 5);
  }

  private static Refused refused(boolean stored) {
    Fingerprint any = Fingerprint.of(new byte[Fingerprint.BYTES]);
    return new Refused(any, FailureKind.AUTHENTICATION, "key refused", 3, 2, stored);
  }

  @ParameterizedTest(name = "{1} of {0} failed, {2} tolerated")
  @CsvSource({
    "20, 0, 0.05, 0",
    "20, 1, 0.05, 0",
    "20, 2, 0.05, 3",
    "19, 1, 0.05, 3",
    "10, 0, 0, 0",
    "10, 1, 0, 3",
    "10, 10, 1, 0",
    "10, 10, 0.999, 3",
    "3, 1, 0.33, 3",
    "3, 1, 0.34, 0",
    "10, 3, 0.3, 0",
    "100, 29, 0.29, 0",
    "1000000000, 50000001, 0.05, 3",
    "0, 0, 0, 0"
  })
  void moreFailedRowsThanAreToleratedAreExitCode3(
      long rows, long failed, String tolerated, int exitCode) {
    RunSummary summary = summarize(paid(List.of(), null), rows(rows, failed, ZERO), tolerated);

    assertThat(summary.exitCode()).isEqualTo(exitCode);
    assertThat(summary.failed()).isEqualTo(failed);
    assertThat(summary.succeeded()).isEqualTo(rows - failed);
    assertThat(summary.stopped()).isNull();
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0, 1", "20, 0", "20, 1"})
  void aRunThatStoppedIsExitCode5HoweverManyFailed(long failed, String tolerated) {
    RunSummary summary = summarize(paid(List.of(), REFUSED_KEY), rows(20, failed, ZERO), tolerated);

    assertThat(summary.exitCode()).isEqualTo(5);
    assertThat(summary.stopped()).isEqualTo("AUTHENTICATION: key refused");
  }

  @Test
  void aRunThatWasInterruptedIsExitCode130() {
    RunSummary summary =
        summarize(
            Paid.stopped(new StopSignal.Cause(FailureKind.NOT_ATTEMPTED, "SIGTERM")),
            rows(20, 20, ZERO),
            "0");

    assertThat(summary.exitCode()).isEqualTo(130);
    assertThat(summary.stopped()).contains("SIGTERM");
  }

  @Test
  void aRunThatReachedItsBudgetIsExitCode4() {
    StopSignal.Cause reached = new StopSignal.Cause(FailureKind.BUDGET, "used up");

    RunSummary summary = summarize(Paid.stopped(reached), rows(20, 20, ZERO), "1");

    assertThat(summary.exitCode()).isEqualTo(4);
    assertThat(summary.stopped()).isEqualTo("BUDGET: used up");
  }

  @Test
  void theBudgetIsSpentByAnswersWasteAndDoubts() {
    RunSummary summary =
        figures(paid(List.of(), null), rows(20, 0, ZERO))
            .summarize("r1", rows(20, 0, ZERO), entries(), BigDecimal.ONE, new BigDecimal("2.50"));

    assertThat(summary.budgetUsd())
        .isEqualTo(new RunSummary.BudgetUsd(new BigDecimal("2.5"), BigDecimal.ONE));
  }

  @Test
  void callsInDoubtMayHaveBeenPaid() {
    RunSummary summary = summarize(paid(List.of(), null), rows(20, 0, ZERO), "0");

    assertThat(summary.inDoubt()).isEqualTo(6);
    assertThat(summary.wasteUsd().possible()).isEqualByComparingTo("0.25");
  }

  @Test
  void refusalsThatTheStoreDoesNotHaveAreCountedAsCalls() {
    Paid paid = paid(List.of(refused(true), refused(false)), REFUSED_KEY);

    RunSummary summary = summarize(paid, rows(20, 2, ZERO), "1");

    assertThat(summary.called()).isEqualTo(8 + 1);
    assertThat(summary.retries()).isEqualTo(10 + 3 - 9);
    assertThat(summary.rateLimited()).isEqualTo(1 + 2);
    assertThat(summary.requestsPerSecond()).isEqualTo(4.5); // nine in two seconds
  }

  @Test
  void whatWasPaidForAnswersThatNoRowUsesIsUnclaimed() {
    RunSummary summary = summarize(paid(List.of(), null), rows(20, 0, new BigDecimal("0.7")), "0");

    assertThat(summary.unclaimedUsd()).isEqualTo(new BigDecimal("0.05"));
    assertThat(summary.duplicates()).isEqualTo(20 - 2 - 12);
    assertThat(summary.cacheHits()).isEqualTo(3);
    assertThat(summary.tornLines()).isEqualTo(4);
  }

  @Test
  void withoutKnownCostNothingIsSaidOfUnclaimedMoney() {
    RunSummary summary = summarize(paid(List.of(), null), rows(20, 0, null), "0");

    assertThat(summary.costUsd()).isNull();
    assertThat(summary.unclaimedUsd()).isNull();
  }

  @Test
  void aRunThatCalledNothingHasNoRate() {
    assertThat(summarize(Paid.NOTHING, rows(20, 0, ZERO), "0").requestsPerSecond()).isZero();
  }
}

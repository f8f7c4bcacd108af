package io.penstock.pipeline;

import static io.penstock.pipeline.SparkForTests.sql;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.FailureKind;
import io.penstock.pipeline.TallyStage.EntryTally;
import io.penstock.pipeline.TallyStage.RowTally;
import io.penstock.report.RunSummary;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TallyStageTest {
  @TempDir Path folder;

  /** Of served_from, error_kind, cost_usd, saved_usd. */
  private static Dataset<Row> results(String prefix, String values) {
    Dataset<Row> plain =
        sql("select * from values " + values + " as t(served_from, error_kind, cost, saved)")
            .selectExpr(
                "cast(served_from as string) as served_from",
                "cast(error_kind as string) as error_kind",
                "cast(cost as decimal(20,12)) as cost_usd",
                "cast(saved as decimal(20,12)) as saved_usd");
    return plain.toDF(Arrays.stream(plain.columns()).map(prefix::concat).toArray(String[]::new));
  }

  @Test
  void addsUpMoneyAndFailures() {
    RowTally tally =
        new TallyStage("")
            .rows(
                results(
                    "",
                    "('call', null, 0.1, 0), ('call', null, 0.000000000001, 0),"
                        + " ('cache', null, 0, 0.3), ('duplicate', null, 0, 0.01),"
                        + " ('duplicate', null, 0, 0.02), (null, 'TIMEOUT', 0, 0),"
                        + " (null, 'TIMEOUT', 0, 0), (null, 'BUDGET', 0, 0)"));

    assertThat(tally.rows()).isEqualTo(8);
    assertThat(tally.failed()).isEqualTo(3);
    assertThat(tally.failedByKind())
        .containsExactly(Map.entry("BUDGET", 1L), Map.entry("TIMEOUT", 2L));
    assertThat(tally.costUsd()).isEqualTo(new BigDecimal("0.100000000001"));
    assertThat(tally.savedUsd())
        .isEqualTo(
            new RunSummary.SavedUsd(
                new BigDecimal("0.3"), new BigDecimal("0.03"), BigDecimal.ZERO));
  }

  @Test
  void oneUnknownPriceMakesTheSumsItBelongsToUnknown() {
    RowTally tally =
        new TallyStage("")
            .rows(
                results(
                    "",
                    "('call', null, 0.1, 0), ('call', null, null, null),"
                        + " ('duplicate', null, null, null), ('cache', null, 0, 0.3)"));

    assertThat(tally.costUsd()).isNull();
    assertThat(tally.savedUsd())
        .isEqualTo(new RunSummary.SavedUsd(new BigDecimal("0.3"), null, BigDecimal.ZERO));
  }

  @Test
  void whatTheStoreServesWithoutAPriceCostsNothing() {
    RowTally tally = new TallyStage("").rows(results("", "('cache', null, null, null)"));

    assertThat(tally.costUsd()).isEqualByComparingTo("0");
    assertThat(tally.savedUsd().cache()).isNull();
  }

  @Test
  void batchesCostAndSave() {
    RowTally tally =
        new TallyStage("")
            .rows(
                results(
                    "",
                    "('call', null, 0.1, 0), ('batch', null, 0.2, 0.25), ('batch', null, 0.3, 0.5),"
                        + " ('cache', null, 0, 0.7), ('call', null, 0.1, 0.125)"));
    RowTally unpriced =
        new TallyStage("").rows(results("", "('call', null, 0.1, 0), ('batch', null, null, null)"));

    assertThat(tally.costUsd()).isEqualByComparingTo("0.7");
    assertThat(tally.savedUsd().batch()).isEqualByComparingTo("0.875");
    assertThat(tally.savedUsd().cache()).isEqualByComparingTo("0.7");
    assertThat(unpriced.costUsd()).isNull();
    assertThat(unpriced.savedUsd().batch()).isNull();
  }

  @Test
  void whatCameInBatchesWasNotCalled() throws IOException {
    StoredEntries entries =
        new StoredEntries(folder)
            .answer("r1", "called", "0.25")
            .batched("r1", "batched", "0.5", "1")
            .batched("r1", "unpriced", null, null);

    EntryTally tally = new TallyStage("").entries(entries.store().entriesOf("r1"));

    assertThat(tally.called()).isEqualTo(1);
    assertThat(tally.batched()).isEqualTo(2);
    assertThat(tally.attempts()).isEqualTo(1);
    assertThat(tally.inputTokens()).isEqualTo(300);
    assertThat(tally.answersUsd()).isEqualByComparingTo("0.75");
    assertThat(tally.latencyMs()).isEqualTo(new RunSummary.LatencyMs(1500L, 1500L, 1500L));
  }

  @Test
  void noRowsAreZero() {
    RowTally tally = new TallyStage("").rows(results("", "('call', null, 0.1, 0)").where("false"));

    assertThat(tally.rows()).isZero();
    assertThat(tally.failed()).isZero();
    assertThat(tally.costUsd()).isEqualByComparingTo("0");
    assertThat(tally.savedUsd().cache()).isEqualByComparingTo("0");
  }

  /** The results are tallied after everything was paid: no prefix may make that fail. */
  @ParameterizedTest
  @ValueSource(strings = {"ai_", "my ", "ai-", "ai.", "a`b", "größe"})
  void theResultColumnsMayHaveAnyPrefix(String prefix) {
    RowTally tally =
        new TallyStage(prefix)
            .rows(results(prefix, "('call', null, 0.1, 0), (null, 'TIMEOUT', 0, 0)"));

    assertThat(tally.costUsd()).isEqualByComparingTo("0.1");
    assertThat(tally.failed()).isEqualTo(1);
  }

  @Test
  void addsUpWhatTheRunWroteIntoTheStore() throws IOException {
    StoredEntries entries =
        new StoredEntries(folder)
            .answer("r1", "a", "0.25")
            .answer("r1", "b", "0.5")
            .answer("r1", "unpriced", null)
            .failure("r1", "c", FailureKind.TIMEOUT)
            .answer("r0", "d", "99");

    EntryTally tally = new TallyStage("").entries(entries.store().entriesOf("r1"));

    assertThat(tally)
        .isEqualTo(
            new EntryTally(
                4, // three answers and one failure
                0,
                3 + 3, // one attempt for each answer, three for the failure
                1,
                300,
                30,
                new BigDecimal("0.75"),
                new RunSummary.WasteUsd(new BigDecimal("0.5"), new BigDecimal("1.25")),
                new RunSummary.LatencyMs(1500L, 1500L, 1500L)));
  }

  @Test
  void aRunThatWroteNothingHasZerosAndNoLatency() throws IOException {
    EntryTally tally =
        new TallyStage("").entries(new StoredEntries(folder).store().entriesOf("r1"));

    assertThat(tally.called()).isZero();
    assertThat(tally.attempts()).isZero();
    assertThat(tally.answersUsd()).isEqualByComparingTo("0");
    assertThat(tally.wasteUsd().possible()).isEqualByComparingTo("0");
    assertThat(tally.latencyMs()).isEqualTo(new RunSummary.LatencyMs(null, null, null));
  }

  @Test
  void percentilesAreOfAnswersOnly() {
    Dataset<Row> entries =
        sql(
            "select cast(cast(id as string) as binary) as fingerprint, 1 as attempts, 0 as rate_limited, 1L as input_tokens, 1L as output_tokens,"
                + " 0.1BD as cost_usd, 0BD as waste_known_usd, 0BD as waste_possible_usd,"
                + " if(id = 101, 'TIMEOUT', null) as error_kind, 'realtime' as delivery,"
                + " if(id = 101, 600000L, id) as latency_ms from range(1, 102)");

    EntryTally tally = new TallyStage("").entries(entries);

    // of 1 to 100, between the neighbours: 50.5, 95.05 and 99.01
    assertThat(tally.latencyMs()).isEqualTo(new RunSummary.LatencyMs(51L, 95L, 99L));
  }
}

package io.penstock.pipeline;

import static io.penstock.pipeline.SparkAssert.assertSameRows;
import static io.penstock.pipeline.SparkForTests.sql;
import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.FailureKind;
import io.penstock.pipeline.RungStage.Round;
import io.penstock.pipeline.StoreLookupStage.Lookup;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RungStageTest {
  private static final String RUN = "r9";

  @TempDir Path folder;
  private StoredEntries entries;
  private Dataset<Row> rows;

  @BeforeEach
  void linkRows() {
    entries = new StoredEntries(folder);
    rows =
        LinkedRows.of(
            folder,
            sql("select * from values (1, 'a'), (2, 'b'), (3, 'a'), (4, null) as t(id, text)"));
  }

  private RungStage stage(boolean retryPermanent) {
    Ladder ladder =
        Ladders.of(
            "small: [{model: large, on: [CONTEXT_TOO_LONG, TIMEOUT]}]; large: []",
            "routing: [{when: any, model: small}, {model: large}]");
    return new RungStage(
        ladder,
        new LinkWalker(ladder, LinkedRows.FINGERPRINTERS, BigDecimal.ZERO),
        new AnswerChecks(List.of()),
        new RungStage.Serving(entries.store(), RUN, retryPermanent),
        folder + "/rungs");
  }

  private Round begin(boolean retryPermanent) throws IOException {
    Lookup none = new Lookup(rows, 0, 0, 0, Optional.empty());
    return stage(retryPermanent).begin(rows, none);
  }

  /** Of texts and the models that they are to be called with. */
  private void assertMissing(Round round, String expected) {
    assertSameRows(
        sql("select * from values " + expected + " as t(text, model_name)"),
        round
            .lookup()
            .misses()
            .join(rows.select("row_id", "input"), "row_id")
            .selectExpr("input.text", "model_name"));
  }

  @Test
  void equalRequestsOfARoundAreCalledOnce() throws IOException {
    Round round = begin(false);

    assertMissing(round, "('a', 'small'), ('b', 'small')");
    assertThat(round.lookup().missCount()).isEqualTo(2);
  }

  @Test
  void failuresOfTheRunLeadOnAndPassingOnesOfOtherRunsDoNot() throws IOException {
    entries.failure(RUN, "a", FailureKind.TIMEOUT).failure("r0", "b", FailureKind.TIMEOUT);

    assertMissing(begin(false), "('a', 'large'), ('b', 'small')");
  }

  @Test
  void failuresForGoodLeadOnUnlessTheyAreToBeCalledAgain() throws IOException {
    entries.failure("r0", "a", FailureKind.CONTEXT_TOO_LONG);

    assertMissing(begin(false), "('a', 'large'), ('b', 'small')");
  }

  @Test
  void failuresForGoodAreCalledAgainWhereAsked() throws IOException {
    entries.failure("r0", "a", FailureKind.CONTEXT_TOO_LONG);

    assertMissing(begin(true), "('a', 'small'), ('b', 'small')");
  }

  @Test
  void aRowThatIsTooLongWithoutACallBeginsAtItsFallback() throws IOException {
    rows =
        rows.withColumn("error_kind", expr("if(input.text = 'a', 'CONTEXT_TOO_LONG', error_kind)"))
            .withColumn("fingerprint", expr("if(input.text = 'a', null, fingerprint)"));
    RungStage stage = stage(false);

    Round round = stage.begin(rows, new Lookup(rows, 0, 0, 0, Optional.empty()));

    assertMissing(round, "('a', 'large'), ('b', 'small')");
    assertSameRows(
        sql(
            "select * from values (1, 'large', null), (2, 'small', null), (3, 'large', null),"
                + " (4, 'small', 'INVALID_REQUEST') as t(id, model_name, error_kind)"),
        stage.standing(round).selectExpr("input.id", "model_name", "error_kind"));
  }

  @Test
  void whatIsStillMissingAfterItsCallIsNotCalledAgain() throws IOException {
    RungStage stage = stage(false);
    Round first = stage.begin(rows, new Lookup(rows, 0, 0, 0, Optional.empty()));
    entries.failure(RUN, "a", FailureKind.TIMEOUT);

    Round second = stage.after(first);
    Round third = stage.after(second);

    assertMissing(second, "('a', 'large')");
    assertThat(third.isMissingAny()).isFalse();
    assertThat(third.allWalks().orElseThrow().select("row_id").distinct().count()).isEqualTo(3);
    assertThat(third.allWalks().orElseThrow().count()).isEqualTo(3);
  }

  @Test
  void whatBatchesSavedIsToldAlsoOfRowsWithSeveralModels() throws IOException {
    entries.batched(RUN, "a", "0.25", "0.75").batched("r0", "b", "0.5", "1");
    RungStage stage = stage(false);
    Round round = stage.begin(rows, new Lookup(rows, 0, 0, 0, Optional.empty()));

    Dataset<Row> results =
        new JoinBackStage(
                entries.store(),
                RUN,
                List.of(JoinBackStageTest.model("small"), JoinBackStageTest.model("large")),
                "")
            .apply(
                stage.standing(round),
                stage.ledger(null).close(round.allWalks().orElseThrow()),
                List.of());

    assertSameRows(
        sql("select * from values (1, 'batch', 0.25, 0.5), (2, 'cache', 0, 1.0),"
                + " (3, 'duplicate', 0, 0.75), (4, null, 0, 0) as t(id, served_from, c, s)")
            .selectExpr(
                "id",
                "served_from",
                "cast(c as decimal(20,12)) as cost_usd",
                "cast(s as decimal(20,12)) as saved_usd"),
        results.select("id", "served_from", "cost_usd", "saved_usd"));
  }
}

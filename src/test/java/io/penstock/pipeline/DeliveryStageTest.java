package io.penstock.pipeline;

import static io.penstock.pipeline.SparkAssert.assertSameRows;
import static io.penstock.pipeline.SparkForTests.sql;
import static org.apache.spark.sql.functions.min;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.config.JobSpec.DeliverySpec;
import io.penstock.domain.FailureKind;
import io.penstock.pipeline.DeliveryStage.Split;
import io.penstock.pipeline.RungStage.Round;
import io.penstock.pipeline.StoreLookupStage.Lookup;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DeliveryStageTest {
  private static final DeliverySpec BATCH = new DeliverySpec(null, "batch");
  private static final DeliverySpec REALTIME = new DeliverySpec(null, "realtime");

  @TempDir Path folder;
  private Dataset<Row> rows;

  @BeforeEach
  void linkRows() {
    rows =
        LinkedRows.of(
            folder,
            sql(
                "select * from values ('a', 1, 'low'), ('b', 2, 'high'), ('c', 3, null),"
                    + " ('a', 4, 'high'), ('Long words', 5, 'low'), (null, 6, 'high')"
                    + " as t(text, fingerprint, tier)"));
  }

  /** Of the models small and large, those with a Batch API. */
  private static DeliveryStage stage(String withBatch, DeliverySpec... rules) {
    return new DeliveryStage(
        List.of(rules),
        Stream.of("small", "large").map(name -> model(name, withBatch.contains(name))).toList());
  }

  private static DeliverySpec rule(String when, String mode) {
    return new DeliverySpec(when, mode);
  }

  private static JobSetup.Model model(String name, boolean hasBatch) {
    return new JobSetup.Model(
        JoinBackStageTest.model(name), null, null, null, "ours/" + name, null, hasBatch);
  }

  private Lookup misses() {
    Dataset<Row> misses =
        rows.where("fingerprint is not null")
            .groupBy("fingerprint")
            .agg(min("row_id").as("row_id"));
    return new Lookup(misses, 4, 7, 0, Optional.empty());
  }

  private void assertDelivery(DeliveryStage stage, String expected) {
    assertSameRows(
        sql("select * from values " + expected + " as t(text, delivery)"),
        stage
            .apply(misses().misses(), rows)
            .drop("fingerprint")
            .join(rows, "row_id")
            .selectExpr("input.text", "delivery"));
  }

  @Test
  void theFirstRuleThatHoldsDecidesAndNullDoesNotHold() {
    assertDelivery(
        stage(
            "small large",
            rule("tier = 'high'", "realtime"),
            rule("tier = 'low'", "batch"),
            REALTIME),
        "('a', 'realtime'), ('b', 'realtime'), ('c', 'realtime'), ('Long words', 'batch')");
  }

  @Test
  void aRequestOfSeveralRowsIsRealtimeWhereOneOfThemIs() {
    assertDelivery(
        stage("small large", rule("fingerprint = 4", "realtime"), BATCH),
        "('a', 'realtime'), ('b', 'batch'), ('c', 'batch'), ('Long words', 'batch')");
  }

  @Test
  void rulesSeeThePromptAndItsTokens() {
    assertDelivery(
        stage(
            "small large",
            rule("user_prompt = 'b'", "realtime"),
            rule("input_tokens > 1", "realtime"),
            BATCH),
        "('a', 'batch'), ('b', 'realtime'), ('c', 'batch'), ('Long words', 'realtime')");
  }

  @Test
  void modelsWithoutABatchApiAreCalledInRealtime() {
    assertDelivery(
        stage("small", BATCH),
        "('a', 'batch'), ('b', 'batch'), ('c', 'batch'), ('Long words', 'realtime')");
    assertDelivery(
        stage("large", rule("tier = 'low'", "batch"), REALTIME),
        "('a', 'realtime'), ('b', 'realtime'), ('c', 'realtime'), ('Long words', 'batch')");
  }

  @Test
  void eachPartHasItsMissesAndTheirNumber() {
    Split split =
        stage("small large", rule("tier = 'high'", "realtime"), BATCH).split(misses(), rows);

    assertThat(split.realtime().missCount())
        .isEqualTo(2)
        .isEqualTo(split.realtime().misses().count());
    assertThat(split.batch().missCount()).isEqualTo(2).isEqualTo(split.batch().misses().count());
    assertThat(split.batch().misses().columns()).contains("row_id", "fingerprint", "delivery");
    assertThat(split.realtime().hitCount()).isEqualTo(7);
  }

  @Test
  void aSingleModeNeedsNeitherRowsNorAnAction() {
    Dataset<Row> unreadable = rows.selectExpr("raise_error('rows are read') as row_id");
    DeliveryStage batch = stage("small large", rule("tier = 'high'", "batch"), BATCH);

    for (DeliveryStage realtime : List.of(stage("small large"), stage("", BATCH))) {
      Split split = realtime.split(misses(), unreadable);
      assertThat(split.realtime().missCount()).isEqualTo(4);
      assertThat(split.batch().missCount()).isZero();
      assertThat(split.batch().misses().count()).isZero();
    }
    Split split = batch.split(misses(), unreadable);
    assertThat(split.batch().missCount()).isEqualTo(4);
    assertThat(split.batch().misses().count()).isEqualTo(4);
    assertThat(split.realtime().misses().count()).isZero();
  }

  @Test
  void theNextModelsRequestsFollowTheirRowsRules() throws Exception {
    StoredEntries entries = new StoredEntries(folder).failure("r9", "a", FailureKind.TIMEOUT);
    Ladder ladder =
        Ladders.of(
            "small: [{model: large, on: [TIMEOUT]}]; large: []",
            "routing: [{when: any, model: small}, {model: large}]");
    RungStage rungs =
        new RungStage(
            ladder,
            new LinkWalker(ladder, LinkedRows.FINGERPRINTERS, BigDecimal.ZERO),
            new AnswerChecks(List.of()),
            new RungStage.Serving(entries.store(), "r9", false),
            folder + "/rungs");
    Round round = rungs.begin(rows, misses());

    // a, whose second row is in realtime, is to be asked of the model large
    Split split = stage("small large", rule("fingerprint = 4", "realtime"), BATCH).split(round);

    assertThat(SparkForTests.texts(split.realtime().misses(), "model_name"))
        .containsExactly("large");
    assertThat(split.realtime().missCount()).isEqualTo(1);
    assertThat(split.batch().missCount()).isEqualTo(3);
    assertThat(stage("small", BATCH).split(round).batch().missCount()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"missing = 1", "rand() < 0.5", "text =", "tier", "count(*) > 1"})
  void rulesThatAreOfNoUseAreToldByTheirKey(String when) {
    DeliveryStage stage = stage("small", rule("true", "batch"), rule(when, "batch"), BATCH);

    assertThatThrownBy(() -> stage.require(rows.select("input.*")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageMatching("(?s)delivery\\[1\\]\\.when: \\S.*");
  }

  @Test
  void namesThatRulesGiveAMeaningAreFreeWithoutConditions() {
    Dataset<Row> input = sql("select 1 as input_tokens");

    assertThatCode(() -> stage("small", BATCH).require(input)).doesNotThrowAnyException();
    assertThatThrownBy(() -> stage("small", rule("true", "batch"), BATCH).require(input))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("delivery: the input has a column named input_tokens");
  }
}

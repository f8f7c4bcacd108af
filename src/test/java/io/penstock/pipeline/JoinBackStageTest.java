package io.penstock.pipeline;

import static io.penstock.pipeline.SparkAssert.assertSameRows;
import static io.penstock.pipeline.SparkForTests.sql;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.FailureKind;
import io.penstock.domain.ModelSettings;
import io.penstock.domain.Network;
import io.penstock.domain.ProviderEndpoint;
import io.penstock.lake.Columns;
import io.penstock.pipeline.ShardReport.Refused;
import io.penstock.store.CompletionStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JoinBackStageTest {
  private static final String RUN = "r2";
  private static final String EARLIER = "r1";

  @TempDir Path folder;
  private StoredEntries entries;

  @BeforeEach
  void makeStore() {
    entries = new StoredEntries(folder);
  }

  static ModelSettings model(String name) {
    ProviderEndpoint endpoint =
        new ProviderEndpoint(
            "our-" + name,
            "openai",
            "openai",
            "http://x/v1",
            "max_tokens",
            null,
            Duration.ofSeconds(1),
            Network.PLAIN);
    return new ModelSettings(name, endpoint, "gpt-" + name, null, "{}", "{}");
  }

  private Dataset<Row> join(Dataset<Row> input, String prefix, Refused... refused)
      throws IOException, InterruptedException {
    Dataset<Row> rows = LinkedRows.of(folder, input);
    return new JoinBackStage(entries.store(), RUN, List.of(model("small"), model("large")), prefix)
        .apply(rows, LinkedRows.unique(folder, rows), Optional.empty(), List.of(refused));
  }

  private static Dataset<Row> input(String values) {
    return sql("select * from values " + values + " as t(id, text)");
  }

  private static void assertMoney(String expected, Dataset<Row> results) {
    assertSameRows(
        sql("select * from values " + expected + " as t(id, served_from, cost, saved, attempts)")
            .selectExpr(
                "id",
                "cast(served_from as string) as served_from",
                "cast(cost as decimal(20,12)) as cost_usd",
                "cast(saved as decimal(20,12)) as saved_usd",
                "cast(attempts as int) as attempts"),
        results.select("id", "served_from", "cost_usd", "saved_usd", "attempts"));
  }

  private static void assertErrors(String expected, Dataset<Row> results) {
    assertSameRows(
        sql("select * from values " + expected + " as t(id, kind, message, attempts)")
            .selectExpr(
                "id",
                "cast(kind as string) as error_kind",
                "cast(message as string) as error_message",
                "cast(attempts as int) as attempts"),
        results.select("id", "error_kind", "error_message", "attempts"));
  }

  @Test
  void oneRowPaysForWhatWasCalledAndNoneForTheRest() throws IOException, InterruptedException {
    entries.answer(EARLIER, "old", "0.5").answer(RUN, "new", "0.25");

    Dataset<Row> results =
        join(input("(1, 'new'), (2, 'new'), (3, 'old'), (4, 'old'), (5, 'new')"), "");

    assertMoney(
        "(1, 'call', 0.25, 0, 1), (2, 'duplicate', 0, 0.25, 1), (3, 'cache', 0, 0.5, 1),"
            + " (4, 'duplicate', 0, 0.5, 1), (5, 'duplicate', 0, 0.25, 1)",
        results);
    assertThat(results.where("error_kind is not null or error_message is not null").count())
        .isZero();
  }

  @Test
  void withoutAPriceCostAndSavingAreNull() throws IOException, InterruptedException {
    entries.answer(EARLIER, "old", null).answer(RUN, "new", null);

    Dataset<Row> results = join(input("(1, 'new'), (2, 'new'), (3, 'old'), (4, 'old')"), "");

    assertMoney(
        "(1, 'call', null, null, 1), (2, 'duplicate', null, null, 1),"
            + " (3, 'cache', null, null, 1), (4, 'duplicate', null, null, 1)",
        results);
  }

  @Test
  void whatABatchBoughtIsSavedAgainstTheRealtimePrice() throws IOException, InterruptedException {
    entries
        .batched(EARLIER, "old", "0.5", "1.25")
        .batched(RUN, "new", "0.25", "0.5")
        .batched(RUN, "unpriced", null, "2");

    Dataset<Row> results =
        join(
            input(
                "(1, 'new'), (2, 'new'), (3, 'old'), (4, 'old'), (5, 'unpriced'), (6, 'unpriced')"),
            "");

    assertMoney(
        "(1, 'batch', 0.25, 0.25, 1), (2, 'duplicate', 0, 0.5, 1), (3, 'cache', 0, 1.25, 1),"
            + " (4, 'duplicate', 0, 1.25, 1), (5, 'batch', null, null, 1),"
            + " (6, 'duplicate', null, null, 1)",
        results);
    assertThat(results.where("delivery = 'batch' and latency_ms is null").count()).isEqualTo(6);
  }

  @Test
  void aFreeAnswerCostsAndSavesZero() throws IOException, InterruptedException {
    entries.answer(RUN, "new", "0");

    Dataset<Row> results = join(input("(1, 'new'), (2, 'new')"), "");

    assertMoney("(1, 'call', 0, 0, 1), (2, 'duplicate', 0, 0, 1)", results);
  }

  @Test
  void rowsWithoutAnAnswerSayWhyAndCostNothing() throws IOException, InterruptedException {
    entries
        .failure(RUN, "failed now", FailureKind.SERVER_ERROR)
        .failure(EARLIER, "failed before", FailureKind.SERVER_ERROR)
        .failure(EARLIER, "never fits", FailureKind.CONTEXT_TOO_LONG)
        .failure(RUN, "refused", FailureKind.AUTHENTICATION);

    Dataset<Row> results =
        join(
            input(
                "(1, 'failed now'), (2, 'failed before'), (3, 'never fits'), (4, 'refused'),"
                    + " (5, null), (6, 'failed now'), (7, 'refused')"),
            "",
            refused("refused", 2));

    assertErrors(
        "(1, 'SERVER_ERROR', 'SERVER_ERROR met', 3),"
            + " (2, 'NOT_ATTEMPTED', 'the run stopped before this request was called', null),"
            + " (3, 'CONTEXT_TOO_LONG', 'CONTEXT_TOO_LONG met', 3),"
            + " (4, 'AUTHENTICATION', 'key refused', 2),"
            + " (5, 'INVALID_REQUEST', 'column text is null', null),"
            + " (6, 'SERVER_ERROR', 'SERVER_ERROR met', 3),"
            + " (7, 'AUTHENTICATION', 'key refused', 2)",
        results);
    assertThat(
            results
                .where("served_from is null and cost_usd = 0 and saved_usd = 0")
                .where("completion is null and output_tokens is null")
                .count())
        .isEqualTo(7);
  }

  private static Refused refused(String text, int attempts) {
    return new Refused(
        LinkedRows.fingerprint(text), FailureKind.AUTHENTICATION, "key refused", attempts, 0, true);
  }

  @Test
  void anAnswerGoesBeforeFailuresAndTheEarliestBeforeLaterOnes()
      throws IOException, InterruptedException {
    entries
        .failure(EARLIER, "a", FailureKind.TIMEOUT)
        .answer(EARLIER, "a", "0.5")
        .answer(RUN, "a", "0.25")
        .failure(RUN, "a", FailureKind.SERVER_ERROR);

    Dataset<Row> results = join(input("(1, 'a')"), "");

    assertMoney("(1, 'cache', 0, 0.5, 1)", results);
  }

  @Test
  void theAnswersFactsStandOnEveryRowThatItServes() throws IOException, InterruptedException {
    entries.answer(RUN, "a", "0.25");

    Dataset<Row> results = join(input("(1, 'a'), (2, 'a')"), "");

    assertSameRows(
        sql(
            "select id, 're: a' as completion, 'STOP' as finish_reason, 'small' as model_name,"
                + " 'our-small' as provider_name, 'gpt-small' as request_model,"
                + " 'gpt-2026' as response_model, 'realtime' as delivery, 100L as input_tokens,"
                + " 10L as output_tokens, 1500L as latency_ms, 'id-a' as response_id,"
                + " 0 as sample_index, timestamp'2026-11-22 10:00:00' as completed_at,"
                + String.format(" '%s' as fingerprint", LinkedRows.fingerprint("a"))
                + " from values (1), (2) as t(id)"),
        results.selectExpr(
            "id",
            "completion",
            "finish_reason",
            "model_name",
            "provider_name",
            "request_model",
            "response_model",
            "delivery",
            "input_tokens",
            "output_tokens",
            "latency_ms",
            "response_id",
            "sample_index",
            "completed_at",
            "fingerprint"));
  }

  @Test
  void aRowWithoutAnAnswerNamesTheModelThatWasAsked() throws IOException, InterruptedException {
    Dataset<Row> results = join(input("(1, 'L?'), (2, null)"), "");

    assertSameRows(
        sql(
            "select * from values (1, 'large', 'our-large', 'gpt-large', true),"
                + " (2, 'small', 'our-small', 'gpt-small', false)"
                + " as t(id, model_name, provider_name, request_model, has_fingerprint)"),
        results.selectExpr(
            "id",
            "model_name",
            "provider_name",
            "request_model",
            "fingerprint is not null as has_fingerprint"));
  }

  @Test
  void theInputsColumnsComeFirstWhateverTheirNames() throws IOException, InterruptedException {
    Dataset<Row> input =
        sql(
            "select 'a' as text, 5 as row_id, 'e' as entry_id, 1 as primary_row,"
                + " array('x', null) as messages, 'in' as input, 2 as `link.error kind`,"
                + " 'refused' as refused_kind, 'm' as asked_model");

    Dataset<Row> results = join(input, "ai_");

    List<String> expected = new ArrayList<>(Arrays.asList(input.columns()));
    Arrays.stream(Columns.RESULTS.fieldNames()).map("ai_"::concat).forEach(expected::add);
    assertThat(results.columns()).containsExactlyElementsOf(expected);
    assertSameRows(input, results.select(quoted(input.columns())));
  }

  private static Column[] quoted(String[] names) {
    return Arrays.stream(names).map(Columns::quote).map(functions::col).toArray(Column[]::new);
  }

  @Test
  void eachRowOfTheInputComesOutOnceHoweverOftenItIsStored()
      throws IOException, InterruptedException {
    entries.answer(RUN, "q1", "0.1").answer(RUN, "q1", "0.2").answer(EARLIER, "q2", "0.1");
    entries.store().compact(RUN);

    Dataset<Row> results =
        join(sql("select id, concat('q', id % 4) as text from range(0, 40, 1, 3)"), "");

    assertSameRows(
        sql("select id, id % 4 in (1, 2) as answered from range(40)"),
        results.selectExpr("id", "served_from is not null as answered"));
  }

  @Test
  void aSettledStoreServesAsAnyOther() throws IOException, InterruptedException {
    entries.answer(EARLIER, "old", "0.5").failure(EARLIER, "bad", FailureKind.CONTEXT_TOO_LONG);
    entries.store().compact(EARLIER);
    Dataset<Row> input = input("(1, 'old'), (2, 'bad'), (3, 'old'), (4, '')");
    Dataset<Row> rows = LinkedRows.of(folder, input);
    JoinBackStage joinBack =
        new JoinBackStage(entries.store(), RUN, List.of(model("small"), model("large")), "");
    Dataset<Row> unique = LinkedRows.unique(folder, rows);

    Dataset<Row> looked = joinBack.apply(rows, unique, Optional.empty(), List.of());
    Dataset<Row> settled =
        joinBack.apply(rows, unique, Optional.of(entries.store().snapshot()), List.of());

    assertSameRows(looked, settled);
    assertThat(settled.where("served_from = 'cache' or error_kind is not null").count())
        .isEqualTo(3);
  }

  @Test
  void anAnswerThatIsTooOldServesNoRow() throws IOException, InterruptedException {
    entries.answer(EARLIER, "a", "0.5").answer(EARLIER, "a", "0.25").answer(EARLIER, "b", "0.1");
    Dataset<Row> rows = LinkedRows.of(folder, input("(1, 'a'), (2, 'b'), (3, 'c')"));
    CompletionStore store = entries.store().notOlderThan(StoredEntries.START.plusSeconds(1));
    entries.answer(RUN, "c", "0.125");
    CompletionStore later = store.notOlderThan(StoredEntries.START.plusSeconds(60));

    Dataset<Row> unique = LinkedRows.unique(folder, rows);

    assertMoney(
        "(1, 'cache', 0, 0.25, 1), (2, 'cache', 0, 0.1, 1), (3, 'call', 0.125, 0, 1)",
        joinBack(store).apply(rows, unique, Optional.empty(), List.of()));
    assertMoney(
        "(1, null, 0, 0, null), (2, null, 0, 0, null), (3, 'call', 0.125, 0, 1)",
        joinBack(later).apply(rows, unique, Optional.empty(), List.of()));
  }

  private static JoinBackStage joinBack(CompletionStore store) {
    return new JoinBackStage(store, RUN, List.of(model("small")), "");
  }
}

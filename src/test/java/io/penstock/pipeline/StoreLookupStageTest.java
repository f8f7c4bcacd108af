package io.penstock.pipeline;

import static io.penstock.pipeline.SparkAssert.assertSameRows;
import static io.penstock.pipeline.SparkForTests.sql;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.FailureKind;
import io.penstock.pipeline.OpenRun.Pinned;
import io.penstock.pipeline.StoreLookupStage.Lookup;
import io.penstock.store.CompletionStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StoreLookupStageTest {
  @TempDir Path folder;
  private StoredEntries entries;
  private Dataset<Row> rows;

  @BeforeEach
  void linkFiveRequests() {
    entries = new StoredEntries(folder);
    rows =
        LinkedRows.of(
            folder, sql("select * from values ('a'), ('b'), ('c'), ('d'), ('La') as t(text)"));
  }

  private Lookup lookup() throws IOException, InterruptedException {
    return lookup(Optional.empty(), false);
  }

  private Lookup lookup(Optional<Pinned> adopted, boolean retryPermanent)
      throws IOException, InterruptedException {
    OpenRun run = new OpenRun(new RunFolder("unused", "r9"), adopted);
    return new StoreLookupStage(entries.store(), run, retryPermanent)
        .apply(rows, null, folder.resolve("requests").toString())
        .lookup();
  }

  private Dataset<Row> texts(Lookup lookup) {
    return lookup.misses().join(rows, "row_id").selectExpr("input.text");
  }

  @Test
  void aNewStoreHoldsNothing() throws IOException, InterruptedException {
    Lookup lookup = lookup();

    assertThat(lookup.missCount()).isEqualTo(5);
    assertThat(lookup.hitCount()).isZero();
    assertSameRows(rows.select("fingerprint", "row_id"), lookup.misses());
  }

  @Test
  void answersAndPermanentFailuresAreHitsAndTransientOnesMisses()
      throws IOException, InterruptedException {
    entries
        .answer("r0", "a", "0.1")
        .failure("r0", "b", FailureKind.CONTEXT_TOO_LONG)
        .failure("r0", "c", FailureKind.SERVER_ERROR)
        .failure("r0", "d", FailureKind.AUTHENTICATION)
        .answer("r0", "of another job", "0.1");

    Lookup lookup = lookup();

    assertThat(lookup.missCount()).isEqualTo(3);
    assertThat(lookup.hitCount()).isEqualTo(2);
    assertSameRows(sql("select * from values ('c'), ('d'), ('La') as t(text)"), texts(lookup));
  }

  @Test
  void whatTheRunBoughtBeforeItWasAdoptedIsNeitherHitNorMiss()
      throws IOException, InterruptedException {
    entries
        .answer("r0", "a", "0.1")
        .answer("r9", "b", "0.1")
        .failure("r9", "c", FailureKind.TIMEOUT);

    Lookup lookup = lookup(Optional.of(new Pinned(5, 0, 5)), false);

    assertThat(lookup.missCount()).isEqualTo(3);
    assertThat(lookup.hitCount()).isEqualTo(1);
  }

  @Test
  void failuresForGoodAreMissesWhereTheyAreAskedFor() throws IOException, InterruptedException {
    entries
        .answer("r0", "a", "0.1")
        .failure("r0", "b", FailureKind.CONTEXT_TOO_LONG)
        .failure("r9", "c", FailureKind.CONTEXT_TOO_LONG);

    Lookup lookup = lookup(Optional.empty(), true);

    assertSameRows(sql("select * from values ('b'), ('d'), ('La') as t(text)"), texts(lookup));
  }

  @Test
  void anAnswerThatIsStoredTwiceIsOneHit() throws IOException, InterruptedException {
    entries
        .failure("r0", "a", FailureKind.TIMEOUT)
        .answer("r1", "a", "0.1")
        .answer("r2", "a", "0.1");
    entries.store().compact("r1");

    Lookup lookup = lookup();

    assertThat(lookup.hitCount()).isEqualTo(1);
    assertThat(lookup.missCount()).isEqualTo(4);
  }

  @Test
  void theMissesStayWhenTheStoreGrows() throws IOException, InterruptedException {
    Lookup lookup = lookup();
    entries.answer("r1", "a", "0.1");

    assertThat(lookup.misses().count()).isEqualTo(lookup.missCount());
  }

  @Test
  void theStoreIsSettledWhenItAnswersEachRequestOnceAndForGood()
      throws IOException, InterruptedException {
    answerAll();
    entries.store().compact("r1");

    Dataset<Row> requests = rows.select("fingerprint").distinct();
    Lookup lookup = lookup();

    assertSameRows(
        sql(
            "select concat('re: ', text) as completion from values ('a'), ('b'), ('c'), ('d'), ('La') as t(text)"),
        lookup.settled().orElseThrow().servingOnce(requests, "r9").select("completion"));
  }

  @Test
  void theStoreIsNotSettledWhileJournalsAreThere() throws IOException, InterruptedException {
    answerAll();

    assertThat(lookup().settled()).isEmpty();
  }

  @Test
  void theStoreIsNotSettledWhenAnAnswerIsThereTwice() throws IOException, InterruptedException {
    answerAll();
    entries.answer("r1", "c", "0.2");
    entries.store().compact("r1");

    Lookup lookup = lookup();

    assertThat(lookup.hitCount()).isEqualTo(5);
    assertThat(lookup.settled()).isEmpty();
  }

  @Test
  void theStoreIsNotSettledWhenFailuresOfOtherRunsAreAskedForAgain()
      throws IOException, InterruptedException {
    answerAll();
    entries.failure("r1", "a", FailureKind.CONTEXT_TOO_LONG);
    entries.store().compact("r1");

    assertThat(lookup(Optional.empty(), true).settled()).isEmpty();
  }

  @Test
  void whatIsTooOldIsAMissUnlessTheRunItselfBoughtIt() throws IOException, InterruptedException {
    entries
        .answer("r0", "a", "0.1")
        .answer("r9", "b", "0.1")
        .failure("r0", "c", FailureKind.CONTEXT_TOO_LONG)
        .answer("r0", "d", "0.1"); // the fourth, three seconds after the first
    CompletionStore store = entries.store().notOlderThan(StoredEntries.START.plusSeconds(3));

    Lookup lookup =
        new StoreLookupStage(
                store, new OpenRun(new RunFolder("unused", "r9"), Optional.empty()), false)
            .apply(rows, null, folder.resolve("requests").toString())
            .lookup();

    assertSameRows(sql("select * from values ('a'), ('c'), ('La') as t(text)"), texts(lookup));
    assertThat(lookup.hitCount()).isEqualTo(1);
  }

  private void answerAll() throws IOException {
    for (String text : List.of("a", "b", "c", "d", "La")) {
      entries.answer("r1", text, "0.1");
    }
  }
}

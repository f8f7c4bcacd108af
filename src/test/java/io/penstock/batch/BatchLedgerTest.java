package io.penstock.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.penstock.batch.BatchIntent.Owner;
import io.penstock.batch.BatchIntent.Size;
import io.penstock.batch.BatchIntent.Target;
import java.io.BufferedReader;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchLedgerTest {
  private static final Instant NOW = Instant.parse("2026-11-26T10:00:00Z");
  private static final BatchEnd WHOLE = new BatchEnd("COMPLETED", 2, 0, 0, false);

  @TempDir java.nio.file.Path folder;
  private BatchLedger ledger;

  @BeforeEach
  void open() {
    ledger = new BatchLedger(folder.toString(), new Configuration());
  }

  private PendingBatch cut(String key) throws IOException {
    return cut(key, "job", "r1");
  }

  private PendingBatch cut(String key, String job, String runId) throws IOException {
    java.nio.file.Path list = folder.resolve("cut.csv");
    Files.write(list, List.of("v1-" + key + "1,10,7", "v1-" + key + "2,20,8"));
    BatchIntent intent =
        new BatchIntent(
            new Owner(job, runId, 1),
            new Target("openai", "m", "openai/m"),
            "nowhere",
            new Size(2, 100),
            30,
            new BigDecimal("0.25"));
    return ledger.intend(key, intent, new Path(list.toString()));
  }

  private static List<String> keys(List<PendingBatch> batches) {
    return batches.stream().map(PendingBatch::key).toList();
  }

  private java.nio.file.Path file(String name) {
    return folder.resolve(BatchLedger.FOLDER).resolve(name);
  }

  private List<String> files() throws IOException {
    java.nio.file.Path pending = folder.resolve(BatchLedger.FOLDER);
    try (Stream<java.nio.file.Path> all = Files.walk(pending)) {
      return all.filter(file -> !file.equals(pending))
          .map(file -> pending.relativize(file).toString())
          .filter(name -> !name.endsWith(".crc"))
          .sorted()
          .toList();
    }
  }

  @Test
  void aCutIsReadAsItWasWritten() throws IOException {
    PendingBatch cut = cut("b1");

    assertThat(ledger.open()).containsExactly(cut);
    try (BufferedReader lines = ledger.open(cut)) {
      assertThat(lines.lines()).containsExactly("v1-b11,10,7", "v1-b12,20,8");
    }
    assertThat(ledger.holds(cut, "v1-b12")).isTrue();
    assertThat(ledger.holds(cut, "v1-b1")).as("the beginning of one").isFalse();
    assertThat(ledger.holds(cut, "")).isFalse();
  }

  @Test
  void eachStepReplacesTheOneBefore() throws IOException {
    PendingBatch created =
        cut("b1").uploaded("file-1").creating(NOW.plusMillis(123)).created("batch-1");

    ledger.written(cut("b2").creating(NOW));
    ledger.written(created.notCreated());
    ledger.written(created);

    assertThat(ledger.open()).contains(created);
    assertThat(ledger.open().get(0).creatingAt()).isEqualTo(NOW.plusMillis(123));
    assertThat(ledger.batchIds()).containsExactly("batch-1");
  }

  @Test
  void theOldestComesFirst() throws IOException {
    String first = BatchKeys.next(NOW);
    String second = BatchKeys.next(NOW.plusSeconds(1));
    String third = BatchKeys.next(NOW.plusSeconds(40_000));

    cut(third);
    cut(first);
    cut(second);

    assertThat(keys(ledger.open())).containsExactly(first, second, third);
    assertThat(BatchKeys.next(NOW)).isNotEqualTo(BatchKeys.next(NOW));
  }

  @Test
  void onlyWhatTheProviderMayHaveIsHeldAndWhatIsDoneNoLonger() throws IOException {
    cut("b1");
    ledger.written(cut("b2").uploaded("file-2"));
    ledger.written(cut("b3").creating(NOW));
    ledger.written(cut("b4").creating(NOW).created("batch-4"));
    PendingBatch done = ledger.written(cut("b5").creating(NOW).created("batch-5"));
    ledger.done(done, WHOLE);

    assertThat(keys(ledger.open())).containsExactly("b1", "b2", "b3", "b4");
    assertThat(keys(ledger.held())).containsExactly("b3", "b4");
    assertThat(ledger.ended("r1"))
        .extracting(BatchLedger.Ended::batch, BatchLedger.Ended::end)
        .containsExactly(tuple(done, WHOLE));
    assertThat(ledger.endedAt(ledger.ended("r1").get(0).batch()).orElseThrow())
        .isCloseTo(Instant.now(), within(1, ChronoUnit.HOURS));
    assertThat(ledger.ended("r2")).isEmpty();
    assertThat(ledger.batchIds()).as("of those that are done too").contains("batch-5");
    assertThat(ledger.worstUsd("r1")).as("of four").isEqualByComparingTo("1.00");
  }

  /** Old and new text as a kill leaves them between the steps of a replacement. */
  @Test
  void aStateThatIsBesideItsPlaceCounts() throws IOException {
    PendingBatch created = ledger.written(cut("b1").creating(NOW).created("batch-1"));
    Files.move(file("b1/batch.json"), file("b1/.batch.json.tmp"));

    assertThat(ledger.open()).containsExactly(created);

    PendingBatch other = ledger.written(created.created("batch-2"));

    assertThat(ledger.open()).containsExactly(other);
  }

  @Test
  void aTornReplacementLeavesTheStateBefore() throws IOException {
    PendingBatch creating = ledger.written(cut("b1").creating(NOW));
    Files.writeString(file("b1/.batch.json.tmp"), "{\"key\":");

    assertThat(ledger.open()).containsExactly(creating);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{\"why\": \"COMPLE"})
  void aTornEndIsNone(String torn) throws IOException {
    PendingBatch created = ledger.written(cut("b1").creating(NOW).created("batch-1"));
    Files.writeString(file("b1/.done.json.tmp"), torn);

    assertThat(ledger.open()).containsExactly(created);

    ledger.done(created, WHOLE);

    assertThat(ledger.open()).isEmpty();
  }

  @Test
  void whatWasBeingMadeWhenItWasKilledIsNotThereAndGoesWithTheJob() throws IOException {
    Files.createDirectories(file(".of-job/b1"));
    Files.writeString(file(".of-job/b1/requests.csv"), "v1-a,1,1");
    Files.createDirectories(file(".of-other/b2"));

    assertThat(ledger.open()).isEmpty();
    ledger.forget("job");

    assertThat(files()).containsExactly(".of-other", ".of-other/b2");
  }

  @Test
  void whatIsDroppedIsGone() throws IOException {
    ledger.drop(cut("b1"));

    assertThat(ledger.open()).isEmpty();
    ledger.forget("job");
    assertThat(files()).isEmpty();
  }

  @Test
  void aJobIsForgottenAsFarAsItsBatchesAreDone() throws IOException {
    ledger.done(ledger.written(cut("b1").creating(NOW).created("batch-1")), WHOLE);
    ledger.written(cut("b2").creating(NOW));
    PendingBatch others = ledger.written(cut("b3", "other", "r9").creating(NOW).created("batch-3"));
    ledger.done(others, WHOLE);

    ledger.forget("job");

    assertThat(keys(ledger.open())).containsExactly("b2");
    assertThat(ledger.ended("r9")).hasSize(1);
    assertThat(files()).doesNotContain("b1").contains("b2", "b3");
  }

  @Test
  void theSameRequestsGoOnUnderAnotherKeyWithTheirUpload() throws IOException {
    PendingBatch full = ledger.written(cut("b1").uploaded("file-1").creating(NOW).created("x"));

    PendingBatch again = ledger.again(full, "b2");

    assertThat(again).isEqualTo(new PendingBatch("b2", full.intent(), null, null, null));
    assertThat(ledger.open()).containsExactly(full, again);
    assertThat(ledger.holds(again, "v1-b12")).isTrue();
  }

  @Test
  void limitsOfQueuesAreLearntOneByOne() throws IOException {
    assertThat(ledger.queueLimits(NOW)).isEmpty();

    ledger.learnQueueLimit("openai/m", 90_000, NOW);
    ledger.learnQueueLimit("openai/n", 10, NOW);
    ledger.learnQueueLimit("openai/m", 200_000, NOW);

    assertThat(ledger.queueLimits(NOW))
        .containsExactlyInAnyOrderEntriesOf(Map.of("openai/m", 200_000L, "openai/n", 10L));
    assertThat(ledger.open()).as("they are no batch").isEmpty();
  }

  @Test
  void tornLimitsAreNone() throws IOException {
    ledger.learnQueueLimit("openai/m", 90_000, NOW);
    Files.writeString(file("queue-limits.json"), "{\"tok");
    Files.delete(file(".queue-limits.json.crc"));

    assertThat(ledger.queueLimits(NOW)).isEmpty();
  }
}

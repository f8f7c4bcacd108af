package io.penstock.store;

import static io.penstock.store.JournalFolder.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.Usd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class InDoubtTest {
  @TempDir Path store;

  private JournalFolder folder;

  @BeforeEach
  void openFolder() {
    folder = new JournalFolder(store);
  }

  @Test
  void whatIsIntendedIsInDoubtWhileItsWriterHasNotEnded() throws Exception {
    try (Journal journal = folder.writer()) {
      await(journal.intend(Entries.intent(1, "0.5")));
      await(journal.intend(Entries.intent(2, "0"))); // no price is known

      assertThat(folder.inDoubt()).isEqualTo(inDoubt(2, "0.5"));
    }
  }

  @Test
  void anAbandonedWriterLeavesInDoubtWhatIsOpen() throws Exception {
    Journal journal = folder.writer();
    journal.intend(Entries.intent(1, "0.5"));
    journal.intend(Entries.intent(2, "0.25"));
    journal.append(Entries.answer("e2", 2, "yes", 0));

    journal.abandon();

    assertThat(folder.inDoubt()).isEqualTo(inDoubt(1, "0.5"));
    assertThat(folder.entries()).hasSize(1);
    assertThat(folder.isClosed(folder.segments().get(0))).isTrue();
  }

  @Test
  void anOrderlyWriterLeavesNothingInDoubt() throws Exception {
    try (Journal journal = folder.writer()) {
      journal.intend(Entries.intent(1, "0.5"));
    }

    assertThat(folder.inDoubt()).isEqualTo(InDoubt.NONE);
    assertThat(folder.isClosed(folder.segments().get(0))).isTrue();
  }

  @Test
  void anotherTryOfAnOpenCallAddsWhatItMayCost() throws Exception {
    Journal journal = folder.writer();
    journal.intend(Entries.intent(1, "0.5"));
    journal.intend(Entries.intent(1, "0.75"));

    journal.abandon();

    assertThat(folder.inDoubt()).isEqualTo(inDoubt(1, "1.25"));
  }

  @Test
  void whatIsTakenBackIsNotInDoubt() throws Exception {
    Journal journal = folder.writer();
    journal.intend(Entries.intent(1, "0.5"));
    journal.intend(Entries.intent(1, "-0.5"));
    journal.intend(Entries.intent(2, "0.5"));
    journal.intend(Entries.intent(2, "-0.2"));

    journal.abandon();

    assertThat(folder.inDoubt()).isEqualTo(inDoubt(1, "0.3"));
  }

  @Test
  void entriesAndSettledLinesCloseAndALaterIntentOpensAgain() throws Exception {
    Journal journal = folder.writer();
    for (int fingerprint = 1; fingerprint <= 3; fingerprint++) {
      journal.intend(Entries.intent(fingerprint, "1"));
    }
    journal.append(Entries.answer("e1", 1, "yes", 0));
    journal.settle(Entries.fingerprint(2));
    journal.settle(Entries.fingerprint(3));
    journal.intend(Entries.intent(3, "0.125"));

    journal.abandon();

    assertThat(folder.inDoubt()).isEqualTo(inDoubt(1, "0.125"));
  }

  @Test
  void writersAreCountedApart() throws Exception {
    Journal one = folder.writer();
    Journal other = folder.writer();
    one.intend(Entries.intent(1, "1"));
    one.append(Entries.answer("e1", 1, "yes", 0));
    other.intend(Entries.intent(1, "2")); // called twice: one of them may be paid without an entry
    other.intend(Entries.intent(2, "4"));

    one.close();
    other.abandon();

    assertThat(folder.inDoubt()).isEqualTo(inDoubt(2, "6"));
  }

  @Test
  void segmentsOfOneWriterAreReadInTheOrderOfWriting() throws Exception {
    String intent = ControlLine.intent(Entries.intent(1, "1"));
    String settled = ControlLine.settled(Entries.fingerprint(1));
    folder.write("exec-3-0a0a0a0a-9", ControlLine.header(), intent, settled);
    folder.write("exec-3-0a0a0a0a-10", ControlLine.header(), intent);

    assertThat(folder.inDoubt()).isEqualTo(inDoubt(1, "1"));
  }

  @Test
  void anIntentOfOneSegmentIsClosedInTheNext() throws Exception {
    String intent = ControlLine.intent(Entries.intent(1, "1"));
    folder.write("exec-3-0a0a0a0a-0", intent, ControlLine.end(ControlLine.ROLLED));
    folder.write("exec-3-0a0a0a0a-1", ControlLine.settled(Entries.fingerprint(1)));

    assertThat(folder.inDoubt()).isEqualTo(InDoubt.NONE);
  }

  @Test
  void aTornLastLineSaysNothing() throws Exception {
    Path segment = threeIntents();
    byte[] whole = Files.readAllBytes(segment);

    Files.write(segment, Arrays.copyOf(whole, whole.length - 1));

    assertThat(folder.inDoubt()).isEqualTo(inDoubt(2, "3"));
    assertThat(folder.isClosed(segment)).isFalse();
  }

  @Test
  void aDamagedIntentSaysNothingAndIsCounted() throws Exception {
    Path segment = threeIntents();
    String damaged = Files.readString(segment).replace("worst_usd\":\"2", "worst_usd\":\"3");

    Files.writeString(segment, damaged);

    assertThat(folder.inDoubt()).isEqualTo(inDoubt(2, "5"));
    assertThat(folder.entries()).isEmpty();
    assertThat(folder.torn).hasValue(1);
  }

  @Test
  void theFirstFormatKnewNoIntents() throws Exception {
    String entry =
        new String(EntryJson.write(Entries.answer("e1", 1, "ascii", 0)), StandardCharsets.US_ASCII);
    Path segment =
        folder.write("exec-3-0a0a0a0a-0", "{\"format\":\"penstock-journal\",\"version\":1}", entry);

    assertThat(folder.entries()).containsExactly(Entries.answer("e1", 1, "ascii", 0));
    assertThat(folder.inDoubt()).isEqualTo(InDoubt.NONE);
    assertThat(folder.isClosed(segment)).isFalse();
  }

  @Test
  void theStoreSumsTheWritersOfARun() throws IOException {
    SparkSession spark = SparkSession.builder().master("local[2]").getOrCreate();
    folder.write("exec-3-0a0a0a0a-0", ControlLine.intent(Entries.intent(1, "1")));
    folder.write("exec-3-0a0a0a0a-1", ControlLine.intent(Entries.intent(1, "2")));
    folder.write("exec-4-0b0b0b0b-0", ControlLine.intent(Entries.intent(1, "4")));
    CompletionStore completions = new CompletionStore(spark, store.toString());

    assertThat(completions.inDoubt(Entries.RUN)).isEqualTo(inDoubt(2, "7"));
    assertThat(completions.inDoubt("r9")).isEqualTo(InDoubt.NONE);
  }

  private Path threeIntents() throws IOException {
    return folder.write(
        "exec-3-0a0a0a0a-0",
        ControlLine.header(),
        ControlLine.intent(Entries.intent(1, "1")),
        ControlLine.intent(Entries.intent(2, "2")),
        ControlLine.intent(Entries.intent(3, "4")));
  }

  private static InDoubt inDoubt(long calls, String worstUsd) {
    return new InDoubt(calls, Usd.of(worstUsd));
  }
}

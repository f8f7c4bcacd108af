package io.penstock.store;

import static io.penstock.store.JournalFolder.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class JournalTest {
  @TempDir Path store;

  private JournalFolder folder;

  @BeforeEach
  void openFolder() {
    folder = new JournalFolder(store);
  }

  @Test
  void allThatManyThreadsAppendIsReadable() throws Exception {
    Journal journal = journal();
    List<String> ids = IntStream.range(0, 3_000).mapToObj(i -> "e" + i).toList();

    List<CompletableFuture<Void>> flushed =
        ids.parallelStream().map(id -> journal.append(Entries.answer(id, 1, "yes", 0))).toList();
    for (CompletableFuture<Void> future : flushed) {
      await(future);
    }
    journal.close();

    assertThat(folder.entries())
        .extracting(StoreEntry::entryId)
        .containsExactlyInAnyOrderElementsOf(ids);
    assertThat(folder.torn).hasValue(0);
  }

  @Test
  void whatIsFlushedIsReadableBeforeTheJournalIsClosed() throws Exception {
    StoreEntry entry = Entries.answer("e1", 1, "nul \0 lf \n 🙂", 0);
    try (Journal journal = journal()) {
      await(journal.append(entry));

      assertThat(folder.entries()).containsExactly(entry);
    }
  }

  @Test
  void closingWritesWhatIsQueued() throws Exception {
    Journal journal = journal();
    List<CompletableFuture<Void>> flushed = new ArrayList<>();
    for (int i = 0; i < 2_500; i++) { // more than one group
      flushed.add(journal.append(Entries.answer("e" + i, 1, "yes", 0)));
    }

    journal.close();

    assertThat(flushed).allMatch(future -> future.isDone() && !future.isCompletedExceptionally());
    assertThat(folder.entries()).hasSize(2_500);
  }

  @Test
  void allKindsOfLinesAreWrittenInTheirOrder() throws Exception {
    StoreEntry entry = Entries.answer("e1", 1, "yes", 0);
    try (Journal journal = journal()) {
      journal.intend(Entries.intent(1, "0.0012"));
      journal.intend(Entries.intent(2, "0"));
      journal.settle(Entries.fingerprint(2));
      journal.append(entry);
    }

    assertThat(Files.readAllLines(folder.segments().get(0)))
        .extracting(line -> line.substring(LineFrame.HEADER_BYTES))
        .containsExactly(
            "{\"format\":\"penstock-journal\",\"version\":2}",
            "{\"intent\":\"v1-00000000000000000000000000000001\",\"worst_usd\":\"0.0012\"}",
            "{\"intent\":\"v1-00000000000000000000000000000002\",\"worst_usd\":\"0\"}",
            "{\"settled\":\"v1-00000000000000000000000000000002\"}",
            new String(EntryJson.write(entry), StandardCharsets.UTF_8),
            "{\"end\":\"last\"}");
    assertThat(folder.entries()).containsExactly(entry);
    assertThat(folder.torn).hasValue(0);
  }

  @Test
  void anIntentIsReadableBeforeItsCallMayStart() throws Exception {
    try (Journal journal = journal()) {
      await(journal.intend(Entries.intent(1, "1")));

      assertThat(folder.inDoubt().calls()).isEqualTo(1);
    }
  }

  @Test
  void whatMustOutliveThePowerIsWrittenLikewise() throws Exception {
    var durability = new Journal.Durability(true, 8);
    try (Journal journal =
        new Journal(store.toString(), Entries.RUN, "exec-3", durability, new Configuration())) {
      await(journal.append(Entries.answer("e1", 1, "yes", 0)));

      assertThat(folder.entries()).hasSize(1);
    }
  }

  @Test
  void aWriterWithoutEntriesLeavesNoFile() throws Exception {
    journal().close();

    assertThat(store.resolve("journal")).doesNotExist();
  }

  @Test
  void everyWriterHasASegmentOfItsOwn() throws Exception {
    try (Journal one = journal();
        Journal other = journal()) {
      await(one.append(Entries.answer("e1", 1, "yes", 0)));
      await(other.append(Entries.answer("e2", 2, "yes", 0)));

      assertThat(folder.segments()).hasSize(2);
      assertThat(one.writerId()).startsWith("exec-3-").isNotEqualTo(other.writerId());
      assertThat(folder.segments())
          .anyMatch(path -> JournalFolder.name(path).startsWith(one.writerId()));
    }
  }

  @Test
  void aTornLastLineIsSkippedAndCounted() throws Exception {
    byte[] whole = write(Entries.answer("e1", 1, "a", 0), Entries.answer("e2", 2, "b", 0));
    int end = whole.length - lastLine(whole).length;
    for (int length : new int[] {end + 1, end + 9, whole.length - 2, whole.length - 1}) {
      folder.torn.set(0);
      Files.write(folder.segments().get(0), Arrays.copyOf(whole, length));

      assertThat(folder.entries())
          .as(length + " bytes")
          .extracting(StoreEntry::entryId)
          .containsExactly("e1");
      assertThat(folder.torn).as(length + " bytes").hasValue(1);
    }
  }

  @Test
  void aDamagedLineIsSkippedAndCounted() throws Exception {
    byte[] whole =
        write(
            Entries.answer("e1", 1, "a", 0),
            Entries.answer("e2", 2, "b", 0),
            Entries.answer("e3", 3, "c", 0));
    String damaged = new String(whole, StandardCharsets.UTF_8).replace("\"e2\"", "\"e9\"");
    Files.writeString(folder.segments().get(0), damaged);

    assertThat(folder.entries()).extracting(StoreEntry::entryId).containsExactly("e1", "e3");
    assertThat(folder.torn).hasValue(1);
  }

  @Test
  void aDamagedFirstLineCostsNoEntry() throws Exception {
    byte[] whole = write(Entries.answer("e1", 1, "a", 0), Entries.answer("e2", 2, "b", 0));
    whole[0] ^= 1;
    Files.write(folder.segments().get(0), whole);

    assertThat(folder.entries()).extracting(StoreEntry::entryId).containsExactly("e1", "e2");
  }

  @Test
  void anEmptySegmentHasNoEntries() throws Exception {
    write(Entries.answer("e1", 1, "a", 0));
    Files.write(folder.segments().get(0), new byte[0]);

    assertThat(folder.entries()).isEmpty();
    assertThat(folder.torn).hasValue(0);
  }

  @Test
  void aNewerFormatIsRefused() throws Exception {
    write(Entries.answer("e1", 1, "a", 0));
    Files.delete(folder.segments().get(0));
    folder.write("exec-3-0a0a0a0a-0", ControlLine.header().replace("2", "3"));

    assertThatIOException()
        .isThrownBy(folder::entries)
        .withMessageContaining("has format 3, this Penstock reads up to 2");
  }

  @Test
  void theFormatStandsInTheFirstLine() throws Exception {
    String text = new String(write(Entries.answer("e1", 1, "a", 0)), StandardCharsets.UTF_8);

    assertThat(text.lines().findFirst().orElseThrow())
        .endsWith(" {\"format\":\"penstock-journal\",\"version\":2}");
  }

  @Test
  void afterAFailedWriteNothingIsAccepted() throws Exception {
    Path file = Files.createFile(store.resolve("file"));
    Journal journal = new JournalFolder(file.resolve("store")).writer();

    CompletableFuture<Void> first = journal.append(Entries.answer("e1", 1, "a", 0));
    assertThatThrownBy(() -> await(first))
        .hasCauseInstanceOf(IOException.class)
        .hasMessageContaining("could not be written");
    CompletableFuture<Void> later = journal.append(Entries.answer("e2", 2, "b", 0));

    assertThatThrownBy(() -> await(later)).hasCauseInstanceOf(IOException.class);
    assertThat(journal.intend(Entries.intent(3, "1"))).isCompletedExceptionally();
    journal.settle(Entries.fingerprint(3)); // throws nothing
    assertThatIOException()
        .isThrownBy(journal::close)
        .withMessageContaining("could not be written");
  }

  @Test
  void anAnswerWithHalfAnEmojiDoesNotEndTheJournal() throws Exception {
    try (Journal journal = journal()) {
      await(journal.append(Entries.answer("e1", 1, "cut off: \ud83d", 0)));
      await(journal.append(Entries.answer("e2", 2, "whole", 0)));
    }

    assertThat(folder.entries()).extracting(StoreEntry::entryId).containsExactly("e1", "e2");
  }

  @Test
  void whatIsAppendedAfterTheEndIsRefused() throws Exception {
    Journal journal = journal();
    journal.close();

    CompletableFuture<Void> late = journal.append(Entries.answer("e1", 1, "a", 0));

    assertThat(late).isCompletedExceptionally(); // else its caller would wait for ever
    journal.abandon(); // and ending again changes nothing
    assertThat(store.resolve("journal")).doesNotExist();
  }

  private Journal journal() {
    return folder.writer();
  }

  /** The bytes of the only segment, which has these entries and no end line. */
  private byte[] write(StoreEntry... entries) throws Exception {
    try (Journal journal = journal()) {
      for (StoreEntry entry : entries) {
        await(journal.append(entry));
      }
    }
    Path segment = folder.segments().get(0);
    byte[] whole = Files.readAllBytes(segment);
    return Arrays.copyOf(whole, whole.length - JournalFiles.LAST_LINE.length);
  }

  private static byte[] lastLine(byte[] text) {
    int start = text.length - 1;
    while (text[start - 1] != '\n') {
      start--;
    }
    return Arrays.copyOfRange(text, start, text.length);
  }
}

package io.penstock.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class JournalTest {
  private static final int PATIENCE_SECONDS = 30;

  private final Configuration hadoop = new Configuration();
  private final AtomicInteger torn = new AtomicInteger();

  @TempDir Path store;

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

    assertThat(read()).extracting(StoreEntry::entryId).containsExactlyInAnyOrderElementsOf(ids);
    assertThat(torn).hasValue(0);
  }

  @Test
  void whatIsFlushedIsReadableBeforeTheJournalIsClosed() throws Exception {
    StoreEntry entry = Entries.answer("e1", 1, "nul \0 lf \n 🙂", 0);
    try (Journal journal = journal()) {
      await(journal.append(entry));

      assertThat(read()).containsExactly(entry);
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
    assertThat(read()).hasSize(2_500);
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

      assertThat(segments()).hasSize(2);
      assertThat(one.writerId()).startsWith("exec-3-").isNotEqualTo(other.writerId());
      assertThat(segments()).anyMatch(path -> name(path).startsWith(one.writerId()));
    }
  }

  @Test
  void aTornLastLineIsSkippedAndCounted() throws Exception {
    byte[] whole = write(Entries.answer("e1", 1, "a", 0), Entries.answer("e2", 2, "b", 0));
    int end = whole.length - lastLine(whole).length;
    for (int length : new int[] {end + 1, end + 9, whole.length - 2, whole.length - 1}) {
      torn.set(0);
      Files.write(segments().get(0), Arrays.copyOf(whole, length));

      assertThat(read())
          .as(length + " bytes")
          .extracting(StoreEntry::entryId)
          .containsExactly("e1");
      assertThat(torn).as(length + " bytes").hasValue(1);
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
    Files.writeString(segments().get(0), damaged);

    assertThat(read()).extracting(StoreEntry::entryId).containsExactly("e1", "e3");
    assertThat(torn).hasValue(1);
  }

  @Test
  void aDamagedFirstLineCostsNoEntry() throws Exception {
    byte[] whole = write(Entries.answer("e1", 1, "a", 0), Entries.answer("e2", 2, "b", 0));
    whole[0] ^= 1;
    Files.write(segments().get(0), whole);

    assertThat(read()).extracting(StoreEntry::entryId).containsExactly("e1", "e2");
  }

  @Test
  void anEmptySegmentHasNoEntries() throws Exception {
    write(Entries.answer("e1", 1, "a", 0));
    Files.write(segments().get(0), new byte[0]);

    assertThat(read()).isEmpty();
    assertThat(torn).hasValue(0);
  }

  @Test
  void aNewerFormatIsRefused() throws Exception {
    write(Entries.answer("e1", 1, "a", 0));
    byte[] header = EntryJson.write(new Journal.Header("penstock-journal", 2));
    Files.write(segments().get(0), LineFrame.frame(header), StandardOpenOption.TRUNCATE_EXISTING);

    assertThatIOException()
        .isThrownBy(this::read)
        .withMessageContaining("has format 2, this Penstock reads up to 1");
  }

  @Test
  void theFormatStandsInTheFirstLine() throws Exception {
    String text = new String(write(Entries.answer("e1", 1, "a", 0)), StandardCharsets.UTF_8);

    assertThat(text.lines().findFirst().orElseThrow())
        .endsWith(" {\"format\":\"penstock-journal\",\"version\":1}");
  }

  @Test
  void afterAFailedWriteNothingIsAccepted() throws Exception {
    Path file = Files.createFile(store.resolve("file"));
    Journal journal = new Journal(file.resolve("store").toString(), Entries.RUN, "exec-3", hadoop);

    CompletableFuture<Void> first = journal.append(Entries.answer("e1", 1, "a", 0));
    assertThatThrownBy(() -> await(first))
        .hasCauseInstanceOf(IOException.class)
        .hasMessageContaining("could not be written");
    CompletableFuture<Void> later = journal.append(Entries.answer("e2", 2, "b", 0));

    assertThatThrownBy(() -> await(later)).hasCauseInstanceOf(IOException.class);
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

    assertThat(read()).extracting(StoreEntry::entryId).containsExactly("e1", "e2");
  }

  @Test
  void whatIsAppendedAfterTheEndIsRefused() throws Exception {
    Journal journal = journal();
    journal.close();

    CompletableFuture<Void> late = journal.append(Entries.answer("e1", 1, "a", 0));

    assertThat(late).isCompletedExceptionally(); // else its caller would wait for ever
  }

  private Journal journal() {
    return new Journal(store.toString(), Entries.RUN, "exec-3", hadoop);
  }

  /** The bytes of a closed segment with these entries, the only one. */
  private byte[] write(StoreEntry... entries) throws Exception {
    try (Journal journal = journal()) {
      for (StoreEntry entry : entries) {
        await(journal.append(entry));
      }
    }
    return Files.readAllBytes(segments().get(0));
  }

  private static byte[] lastLine(byte[] text) {
    int start = text.length - 1;
    while (text[start - 1] != '\n') {
      start--;
    }
    return Arrays.copyOfRange(text, start, text.length);
  }

  private List<StoreEntry> read() throws IOException {
    List<StoreEntry> entries = new ArrayList<>();
    for (Path segment : segments()) {
      org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(segment.toUri());
      new JournalReader(path, hadoop, torn::incrementAndGet).forEachRemaining(entries::add);
    }
    return entries;
  }

  private List<Path> segments() throws IOException {
    try (var files = Files.list(store.resolve("journal/run=" + Entries.RUN))) {
      return files.filter(path -> !name(path).startsWith(".")).sorted().toList();
    }
  }

  private static String name(Path path) {
    return path.getFileName().toString();
  }

  private static void await(Future<?> future) throws Exception {
    future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }
}

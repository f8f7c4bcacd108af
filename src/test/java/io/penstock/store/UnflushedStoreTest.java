package io.penstock.store;

import static io.penstock.store.JournalFolder.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.domain.Usd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A journal in a store that shows a file only when it is closed. */
@Timeout(60)
final class UnflushedStoreTest {
  private static final long AGE_NANOS = SegmentWriter.MAX_AGE.toNanos();
  private static final long MILLI_NANOS = 1_000_000;

  private final Configuration hadoop = HiddenUntilClosed.register(new Configuration());
  private final AtomicLong clock = new AtomicLong();

  @TempDir Path store;

  @Test
  void theFirstSegmentIsClosedWithItsFirstGroup() throws Exception {
    try (Journal journal = journal(clock::get)) {
      await(journal.intend(Entries.intent(1, "0.5"))); // no call starts before this

      Path segment = folder().segments().get(0);
      assertThat(folder().isClosed(segment)).isTrue();
      assertThat(Files.readAllLines(segment).get(0))
          .endsWith(" {\"format\":\"penstock-journal\",\"version\":2,\"unflushed_window\":1008}");
    }
  }

  @Test
  void afterThatEntriesWaitForTheCloseAndIntentsDoNot() throws Exception {
    try (Journal journal = begun(clock::get)) {
      CompletableFuture<Void> kept = journal.append(Entries.answer("e2", 2, "b", 0));
      await(journal.intend(Entries.intent(3, "0.5")));
      clock.addAndGet(AGE_NANOS - 1);
      await(journal.intend(Entries.intent(4, "0.5")));
      assertThat(kept).isNotDone();
      assertThat(folder().segments()).hasSize(1);

      clock.addAndGet(1);
      journal.settle(Entries.fingerprint(3));
      await(kept);

      assertThat(folder().entries())
          .extracting(StoreEntry::entryId)
          .containsExactlyInAnyOrder("e1", "e2");
    }
  }

  @Test
  void anOldSegmentIsClosedThoughNothingMoreComes() throws Exception {
    // a reading at the opening, one after the group, one for the time left (1 ms), one after that
    AtomicLong ticking = new AtomicLong();
    try (Journal journal = begun(() -> ticking.getAndAdd((AGE_NANOS - MILLI_NANOS) / 2))) {
      await(journal.append(Entries.answer("e2", 2, "b", 0)));

      assertThat(folder().segments()).hasSize(2).allMatch(this::isClosed);
    }
  }

  @Test
  void aLongSegmentIsClosed() throws Exception {
    try (Journal journal = begun(clock::get)) {
      CompletableFuture<?>[] full = append(journal, SegmentWriter.MAX_ENTRIES);
      await(CompletableFuture.allOf(full));
      CompletableFuture<?>[] next = append(journal, SegmentWriter.MAX_ENTRIES - 1);
      await(journal.intend(Entries.intent(1, "0")));

      assertThat(folder().segments()).hasSize(2);
      assertThat(folder().entries()).hasSize(1 + SegmentWriter.MAX_ENTRIES);
      assertThat(next).noneMatch(CompletableFuture::isDone);
    }
  }

  @Test
  void aSegmentWithoutEntriesIsClosedByAgeToo() throws Exception {
    try (Journal journal = begun(clock::get)) {
      await(journal.intend(Entries.intent(2, "0.5")));
      clock.addAndGet(AGE_NANOS);
      await(journal.intend(Entries.intent(3, "0.5")));

      assertThat(folder().segments()).hasSize(2).allMatch(this::isClosed);
    }
  }

  @Test
  void anOrderlyWriterSaysSoThoughItsLastSegmentIsClosed() throws Exception {
    begun(clock::get).close();

    assertThat(folder().segments()).hasSize(2).allMatch(this::isClosed);
    assertThat(folder().inDoubt()).isEqualTo(InDoubt.NONE);
  }

  @Test
  void closingDoesNotWaitForTheAge() throws Exception {
    Journal journal = begun(clock::get);
    CompletableFuture<Void> kept = journal.append(Entries.answer("e2", 2, "b", 0));

    journal.close();

    assertThat(kept).isCompleted();
    assertThat(folder().entries()).hasSize(2);
  }

  @Test
  void anAbandonedWriterKeepsItsEntriesAndLeavesASegmentAndItsWindowInDoubt() throws Exception {
    Journal journal = begun(clock::get);
    journal.intend(Entries.intent(2, "0.5"));
    journal.intend(Entries.intent(3, "0.25"));
    journal.append(Entries.answer("e2", 2, "b", 0));

    journal.abandon();

    assertThat(folder().entries()).hasSize(2);
    assertThat(folder().inDoubt()).isEqualTo(new InDoubt(1_008, Usd.of("504"))); // x 0.5
  }

  @Test
  void aWriterThatIsNotSeenToEndLeavesASegmentAndItsWindowInDoubt() throws Exception {
    try (Journal journal = journal(clock::get)) {
      await(journal.intend(Entries.intent(1, "0.125")));
      await(journal.intend(Entries.intent(2, "9"))); // in a segment that nobody sees

      assertThat(folder().inDoubt()).isEqualTo(new InDoubt(1_008, Usd.of("126")));
    }
  }

  @Test
  void aSegmentThatCannotBeClosedFailsTheEntriesThatWaitForIt() throws Exception {
    Journal journal = begun(clock::get);
    await(journal.intend(Entries.intent(2, "0.5")));
    CompletableFuture<Void> lost = journal.append(Entries.answer("e2", 2, "b", 0));
    Files.delete(hiddenSegment());

    clock.addAndGet(AGE_NANOS);
    journal.settle(Entries.fingerprint(3));

    assertThatThrownBy(() -> await(lost)).hasMessageContaining("could not be written");
    assertThat(journal.intend(Entries.intent(4, "1"))).isCompletedExceptionally();
    assertThatIOException().isThrownBy(journal::close);
    assertThat(folder().inDoubt().calls()).isEqualTo(1_008);
  }

  private Journal journal(LongSupplier nanos) {
    org.apache.hadoop.fs.Path writer =
        JournalFiles.newWriter(HiddenUntilClosed.pathOf(store), Entries.RUN, "exec-3");
    return new Journal(new SegmentWriter(writer, Entries.DURABILITY, hadoop, nanos));
  }

  /** One whose first segment is closed. */
  private Journal begun(LongSupplier nanos) throws Exception {
    Journal journal = journal(nanos);
    await(journal.append(Entries.answer("e1", 1, "a", 0)));
    return journal;
  }

  private static CompletableFuture<?>[] append(Journal journal, int entries) {
    return IntStream.range(0, entries)
        .mapToObj(i -> journal.append(Entries.answer("n" + i, i, "yes", 0)))
        .toArray(CompletableFuture[]::new);
  }

  private JournalFolder folder() {
    return new JournalFolder(store);
  }

  private boolean isClosed(Path segment) {
    try {
      return folder().isClosed(segment);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Path hiddenSegment() throws IOException {
    try (var files = Files.list(folder().segments().get(0).getParent())) {
      return files
          .filter(path -> JournalFolder.name(path).startsWith(HiddenUntilClosed.HIDDEN))
          .findFirst()
          .orElseThrow();
    }
  }
}

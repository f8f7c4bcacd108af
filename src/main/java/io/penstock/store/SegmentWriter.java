package io.penstock.store;

import io.penstock.domain.Fingerprint;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * The segments of one writer, one behind the other. Where the store can flush, one is enough; where
 * it shows a file only when it is closed, a segment is closed when it is old or long enough, the
 * first one at once, so that the writer is known. Makes no file before the first line. Confined to
 * one thread.
 */
final class SegmentWriter implements Closeable {
  /** Most entries of a segment, where the store cannot flush. */
  static final int MAX_ENTRIES = 1_000;

  /**
   * Age at which a segment is closed, where the store cannot flush. Lines shall be seen within 5 s;
   * this leaves a second for the closing itself.
   */
  static final Duration MAX_AGE = Duration.ofSeconds(4);

  /** Asks a stream whether it can; Hadoop's constant of this value is deprecated. */
  private static final String FLUSH = "hflush";

  /** Larger groups go to the file in parts of about this size. */
  private static final int BUFFER_BYTES = 1 << 18;

  private final Path writer;
  private final Journal.Durability durability;
  private final Configuration hadoop;
  private final LongSupplier nanos;
  private final LineBuffer lines = new LineBuffer();
  private @Nullable FSDataOutputStream out;
  private int segments;
  private boolean flushes;
  private long openedNanos;
  private int entries;
  private boolean ended;

  /**
   * @param writer what the segments' paths begin with
   * @param nanos a monotonic clock
   */
  SegmentWriter(
      Path writer, Journal.Durability durability, Configuration hadoop, LongSupplier nanos) {
    this.writer = writer;
    this.durability = durability;
    this.hadoop = hadoop;
    this.nanos = nanos;
  }

  Path writer() {
    return writer;
  }

  void entry(StoreEntry entry) throws IOException {
    FSDataOutputStream file = open();
    lines.addEntry(entry);
    entries++;
    if (lines.bytes() >= BUFFER_BYTES) {
      lines.moveTo(file);
    }
  }

  void intent(Intent intent) throws IOException {
    open();
    lines.add(ControlLine.intent(intent));
  }

  void settled(Fingerprint fingerprint) throws IOException {
    open();
    lines.add(ControlLine.settled(fingerprint));
  }

  /** Calls that a segment which nobody ever sees can stand for: answered ones and those begun. */
  private int unseen() {
    return MAX_ENTRIES + durability.window();
  }

  /** Whether the segment takes no further entry before it is committed. */
  boolean isFull() {
    return out != null && !flushes && entries >= MAX_ENTRIES;
  }

  /**
   * Flushes, or closes the segment where that is due.
   *
   * @return whether all lines so far would outlive this process
   */
  boolean commit() throws IOException {
    if (out == null) {
      return true;
    }
    lines.moveTo(out);
    if (!flushes) {
      return closedIfDue();
    }
    if (durability.sync()) {
      out.hsync();
    } else {
      out.hflush();
    }
    return true;
  }

  private boolean closedIfDue() throws IOException {
    boolean due = segments == 1 || isFull() || nanosUntilDue() == 0;
    if (due) {
      finish(JournalFiles.ROLLED_LINE);
    }
    return due;
  }

  /** Time until there is something to commit though nothing more is written. */
  long nanosUntilDue() {
    return out == null || flushes
        ? Long.MAX_VALUE
        : Math.max(0, MAX_AGE.toNanos() - (nanos.getAsLong() - openedNanos));
  }

  /** The orderly end: nothing that was intended is under way. */
  void end() throws IOException {
    if (segments > 0) {
      open(); // the last segment may be closed by now
      finish(JournalFiles.LAST_LINE);
    }
    ended = true;
  }

  /** The end with calls under way: what is open stays in doubt. */
  void abandon() throws IOException {
    if (out != null) {
      finish(JournalFiles.ROLLED_LINE);
    }
    ended = true;
  }

  boolean isEnded() {
    return ended;
  }

  private FSDataOutputStream open() throws IOException {
    if (out == null) {
      Path path = JournalFiles.segment(writer, segments++);
      out = JournalFiles.open(path, hadoop).create(path, false);
      flushes = out.hasCapability(FLUSH);
      openedNanos = nanos.getAsLong();
      entries = 0;
      lines.add(flushes ? ControlLine.header() : ControlLine.header(unseen()));
    }
    return out;
  }

  private void finish(byte[] endLine) throws IOException {
    FSDataOutputStream file = out;
    lines.moveTo(file);
    file.write(endLine);
    out = null;
    file.close();
  }

  /** After a failure: closes the file as it is. */
  @Override
  public void close() throws IOException {
    if (out != null) {
      out.close();
    }
  }
}

package io.penstock.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * The entries of one segment; its other lines are passed over. Confined to one thread; closes
 * itself at the end.
 */
final class JournalReader implements Iterator<StoreEntry> {
  private final Path path;
  private final SegmentLines lines;
  private @Nullable StoreEntry next;

  /**
   * @param onTornLine called for each line that is torn or damaged and skipped
   * @throws IOException also when the segment's format is newer than this reader
   */
  JournalReader(Path path, Configuration hadoop, Runnable onTornLine) throws IOException {
    this.path = path;
    this.lines = new SegmentLines(path, hadoop, onTornLine);
    next = findNext();
  }

  @Override
  public boolean hasNext() {
    return next != null;
  }

  @Override
  public StoreEntry next() {
    StoreEntry entry = next;
    if (entry == null) {
      throw new NoSuchElementException();
    }
    try {
      next = findNext();
    } catch (IOException e) {
      throw new UncheckedIOException("Journal segment " + path + " could not be read", e);
    }
    return entry;
  }

  private @Nullable StoreEntry findNext() throws IOException {
    StoreEntry found = null;
    try {
      while (found == null && lines.advance()) {
        found = lines.kind() == LineKind.ENTRY ? lines.entry() : null;
      }
      return found;
    } finally {
      if (found == null) { // the end, or a failure
        lines.close();
      }
    }
  }
}

package io.penstock.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.util.LineReader;
import org.jspecify.annotations.Nullable;

/**
 * Reads one segment to its end, whatever length the file system lists; lines that are torn or
 * damaged are skipped and counted. Confined to one thread; closes itself at the end.
 */
final class JournalReader implements Iterator<StoreEntry> {
  private static final byte[] LINE_FEED = {'\n'};

  private final Path path;
  private final LineReader in;
  private final Runnable onTornLine;
  private final Text line = new Text();
  private @Nullable StoreEntry next;

  /**
   * @param onTornLine called for each line that is skipped
   * @throws IOException also when the segment's format is newer than this reader
   */
  JournalReader(Path path, Configuration hadoop, Runnable onTornLine) throws IOException {
    this.path = path;
    this.onTornLine = onTornLine;
    this.in = new LineReader(JournalFiles.open(path, hadoop).open(path), hadoop, LINE_FEED);
    next = findFirst();
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

  private @Nullable StoreEntry findFirst() throws IOException {
    if (!readWholeLine()) {
      in.close();
      return null;
    }
    int version = EntryJson.readVersion(line.getBytes(), LineFrame.HEADER_BYTES, jsonLength());
    if (version > Journal.FORMAT_VERSION) {
      throw new IOException(
          "Journal segment %s has format %d, this Penstock reads up to %d"
              .formatted(path, version, Journal.FORMAT_VERSION));
    }
    return version == 0 ? entry() : findNext(); // 0: the header was damaged, this is an entry
  }

  private StoreEntry entry() throws IOException {
    return EntryJson.read(line.getBytes(), LineFrame.HEADER_BYTES, jsonLength());
  }

  private @Nullable StoreEntry findNext() throws IOException {
    if (readWholeLine()) {
      return entry();
    }
    in.close();
    return null;
  }

  private int jsonLength() {
    return line.getLength() - LineFrame.HEADER_BYTES;
  }

  /** False at the end. A last line without its line feed is torn. */
  private boolean readWholeLine() throws IOException {
    for (int consumed = in.readLine(line); consumed > 0; consumed = in.readLine(line)) {
      if (consumed > line.getLength() && LineFrame.isWhole(line.getBytes(), line.getLength())) {
        return true;
      }
      onTornLine.run();
    }
    return false;
  }
}

package io.penstock.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.util.LineReader;

/**
 * The whole lines of one segment, to its end, whatever length the file system lists; lines that are
 * torn or damaged are skipped and counted. Stands before the first line until it is advanced.
 * Confined to one thread.
 */
final class SegmentLines implements Closeable {
  private static final byte[] LINE_FEED = {'\n'};

  private final Path path;
  private final LineReader in;
  private final Runnable onTornLine;
  private final Text line = new Text();

  /**
   * @param onTornLine called for each line that is skipped
   */
  SegmentLines(Path path, Configuration hadoop, Runnable onTornLine) throws IOException {
    this.path = path;
    this.onTornLine = onTornLine;
    this.in = new LineReader(JournalFiles.open(path, hadoop).open(path), hadoop, LINE_FEED);
  }

  /**
   * False at the end.
   *
   * @throws IOException also when the segment's format is newer than this reader
   */
  boolean advance() throws IOException {
    // a last line without its line feed is torn
    for (int consumed = in.readLine(line); consumed > 0; consumed = in.readLine(line)) {
      if (consumed > line.getLength() && LineFrame.isWhole(line.getBytes(), line.getLength())) {
        checkVersion();
        return true;
      }
      onTornLine.run();
    }
    return false;
  }

  LineKind kind() {
    return LineKind.of(line.getBytes(), LineFrame.HEADER_BYTES, jsonLength());
  }

  String json() {
    return new String(
        line.getBytes(), LineFrame.HEADER_BYTES, jsonLength(), StandardCharsets.UTF_8);
  }

  StoreEntry entry() throws IOException {
    return EntryJson.read(line.getBytes(), LineFrame.HEADER_BYTES, jsonLength());
  }

  /** As the entry's fingerprint is written; reads no further in the line. */
  String entryFingerprint() throws IOException {
    return EntryJson.readFingerprint(line.getBytes(), LineFrame.HEADER_BYTES, jsonLength());
  }

  private void checkVersion() throws IOException {
    int version = kind() == LineKind.HEADER ? ControlLine.number(json(), ControlLine.VERSION) : 0;
    if (version > Journal.FORMAT_VERSION) {
      throw new IOException(
          "Journal segment %s has format %d, this Penstock reads up to %d"
              .formatted(path, version, Journal.FORMAT_VERSION));
    }
  }

  private int jsonLength() {
    return line.getLength() - LineFrame.HEADER_BYTES;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}

package io.penstock.store;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Framed lines on their way into a segment; one buffer, used again. Confined to one thread. */
final class LineBuffer {
  private static final byte[] ROOM_FOR_HEADER = new byte[LineFrame.HEADER_BYTES];

  private final Framed buffer = new Framed();

  /** Opens the array to be sealed in place. */
  private static final class Framed extends ByteArrayOutputStream {
    void seal(int start) {
      LineFrame.seal(buf, start, count - start - LineFrame.HEADER_BYTES);
    }
  }

  void addEntry(StoreEntry entry) throws IOException {
    int start = begin();
    EntryJson.write(entry, buffer);
    end(start);
  }

  /**
   * @param json of {@link ControlLine}
   */
  void add(String json) {
    int start = begin();
    buffer.writeBytes(json.getBytes(StandardCharsets.US_ASCII));
    end(start);
  }

  int bytes() {
    return buffer.size();
  }

  /** Empties itself into a stream. */
  void moveTo(OutputStream out) throws IOException {
    buffer.writeTo(out);
    buffer.reset();
  }

  private int begin() {
    int start = buffer.size();
    buffer.writeBytes(ROOM_FOR_HEADER);
    return start;
  }

  private void end(int start) {
    buffer.seal(start);
    buffer.write('\n');
  }
}

package io.penstock.provider.http;

import io.penstock.provider.BatchFile;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a batch as a body of their own or as the elements of a JSON array, read while they
 * are sent. The client may write it once only, so cannot send it again.
 */
final class LinesBody extends RequestBody {
  private static final MediaType JSON = MediaType.get("application/json");
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int CLOSING_BYTES = 2;

  private final BatchFile file;
  private final Around around;
  private volatile @Nullable IOException unread;

  /**
   * @param separator in the place of the line feeds between lines
   */
  private record Around(byte[] before, byte separator, byte[] after) {}

  private LinesBody(BatchFile file, Around around) {
    this.file = file;
    this.around = around;
  }

  static LinesBody asTheyAre(BatchFile file) {
    return new LinesBody(file, new Around(new byte[0], (byte) '\n', new byte[0]));
  }

  /**
   * @param order a JSON object that ends in an empty array: {@code []}}
   */
  static LinesBody within(byte[] order, BatchFile file) {
    int end = order.length - CLOSING_BYTES;
    return new LinesBody(
        file,
        new Around(
            Arrays.copyOf(order, end), (byte) ',', Arrays.copyOfRange(order, end, order.length)));
  }

  /** Why the file could not be read, where that is what ended the call. */
  Optional<IOException> unread() {
    return Optional.ofNullable(unread);
  }

  /** Azure takes no other; OpenAI takes any. */
  @Override
  public MediaType contentType() {
    return JSON;
  }

  @Override
  public long contentLength() {
    return around.before.length + file.bytes() + around.after.length;
  }

  @Override
  public boolean isOneShot() {
    return true;
  }

  @Override
  public void writeTo(BufferedSink sink) throws IOException {
    sink.write(around.before);
    try (InputStream in = open()) {
      copy(in, sink);
    }
    sink.write(around.after);
  }

  /** The last line feed stays one, whether it ends the file or is a space in the array. */
  private void copy(InputStream in, BufferedSink sink) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    long left = file.bytes();
    boolean isBetween = false;
    for (int read = read(in, buffer, left); read > 0; read = read(in, buffer, left)) {
      left -= read;
      if (isBetween) {
        sink.writeByte(around.separator);
      }
      isBetween = buffer[read - 1] == '\n';
      int end = isBetween ? read - 1 : read;
      separate(buffer, end);
      sink.write(buffer, 0, end);
    }
    if (isBetween) {
      sink.writeByte('\n');
    }
  }

  private void separate(byte[] buffer, int end) {
    for (int i = 0; i < end; i++) {
      if (buffer[i] == '\n') {
        buffer[i] = around.separator;
      }
    }
  }

  private InputStream open() throws IOException {
    try {
      return file.open();
    } catch (IOException e) {
      throw noted(e);
    }
  }

  /** 0 at the end, which must come after just as many bytes as were announced. */
  private int read(InputStream in, byte[] buffer, long left) throws IOException {
    try {
      int read = Math.max(0, in.read(buffer));
      if (read > left || (read == 0 && left > 0)) {
        throw new IOException("it does not have the " + file.bytes() + " bytes it should");
      }
      return read;
    } catch (IOException e) {
      throw noted(e);
    }
  }

  private IOException noted(IOException cause) {
    unread = cause;
    return cause;
  }
}

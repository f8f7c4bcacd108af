package io.penstock.provider.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.provider.BatchFile;
import io.penstock.provider.TextFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import okio.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LinesBodyTest {
  private static final byte[] ORDER = "{\"requests\":[]}".getBytes(StandardCharsets.UTF_8);

  @Test
  void linesBecomeTheElementsOfAnArray() throws IOException {
    LinesBody body = LinesBody.within(ORDER, new TextFile("{\"a\":1}\n{\"b\":\"\\n\"}\n"));

    assertThat(written(body)).isEqualTo("{\"requests\":[{\"a\":1},{\"b\":\"\\n\"}\n]}");
    assertThat(body.isOneShot()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 64 * 1024 - 2, 64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1, 200_000})
  void linesOfAnyLengthAreSeparatedOnce(int chars) throws IOException {
    String line = "1".repeat(chars);
    TextFile file = new TextFile((line + "\n").repeat(3));

    assertThat(written(LinesBody.asTheyAre(file))).isEqualTo(file.text());
    assertThat(written(LinesBody.within(ORDER, file)))
        .isEqualTo("{\"requests\":[%s,%s,%s\n]}".formatted(line, line, line));
  }

  @ParameterizedTest
  @ValueSource(longs = {5, 7})
  void aFileOfAnotherLengthIsNoted(long announced) {
    LinesBody body = LinesBody.asTheyAre(new Announced(new TextFile("12345\n"), announced));

    assertThatThrownBy(() -> body.writeTo(new Buffer()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("does not have the " + announced + " bytes");
    assertThat(body.unread()).isPresent();
  }

  private static String written(LinesBody body) throws IOException {
    Buffer buffer = new Buffer();
    body.writeTo(buffer);
    assertThat(buffer.size()).isEqualTo(body.contentLength());
    return buffer.readUtf8();
  }

  private record Announced(BatchFile file, long bytes) implements BatchFile {
    @Override
    public String name() {
      return file.name();
    }

    @Override
    public InputStream open() throws IOException {
      return file.open();
    }
  }
}

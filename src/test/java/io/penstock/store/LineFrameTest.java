package io.penstock.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class LineFrameTest {
  @Test
  void aLineIsChecksumSpaceJsonLineFeed() {
    byte[] line = LineFrame.frame(bytes("123456789"));

    // e3069283 is the check value of CRC-32C (Castagnoli) over these digits
    assertThat(new String(line, StandardCharsets.UTF_8)).isEqualTo("e3069283 123456789\n");
  }

  @Test
  void whatWasFramedIsWhole() {
    for (String json : new String[] {"", "{}", "{\"a\":\"größe 🙂\"}"}) {
      byte[] line = LineFrame.frame(bytes(json));
      assertThat(LineFrame.isWhole(line, line.length - 1)).as(json).isTrue();
    }
  }

  @Test
  void everyChangedByteIsSeen() {
    byte[] whole = LineFrame.frame(bytes("{\"a\":1}"));

    for (int i = 0; i < whole.length - 1; i++) {
      if (i == LineFrame.HEADER_BYTES - 1) {
        continue; // the space holds nothing
      }
      byte[] damaged = whole.clone();
      damaged[i] ^= 1;
      assertThat(LineFrame.isWhole(damaged, damaged.length - 1)).as("byte " + i).isFalse();
    }
  }

  @Test
  void noBeginningOfALineIsWhole() {
    byte[] whole = LineFrame.frame(bytes("{\"a\":1}"));

    for (int length = 0; length < whole.length - 1; length++) {
      assertThat(LineFrame.isWhole(whole, length)).as(length + " bytes").isFalse();
    }
  }

  @Test
  void bytesBehindTheLineAreNotLookedAt() {
    byte[] line = LineFrame.frame(bytes("{}"));
    byte[] buffer = Arrays.copyOf(line, line.length + 20); // readers reuse longer buffers

    assertThat(LineFrame.isWhole(buffer, line.length - 1)).isTrue();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

package io.penstock.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class ControlLineTest {
  private static final String FINGERPRINT = "v1-00000000000000000000000000000007";

  @Test
  void intentsAreWrittenWithAllTheirDigits() {
    String json = ControlLine.intent(Entries.intent(7, "0.000000001200"));

    assertThat(json)
        .isEqualTo("{\"intent\":\"" + FINGERPRINT + "\",\"worst_usd\":\"0.0000000012\"}");
    assertThat(ControlLine.text(json, ControlLine.INTENT)).isEqualTo(FINGERPRINT);
    assertThat(ControlLine.text(json, ControlLine.WORST_USD)).isEqualTo("0.0000000012");
  }

  @Test
  void settledLinesNameTheirFingerprint() {
    String json = ControlLine.settled(Entries.fingerprint(7));

    assertThat(json).isEqualTo("{\"settled\":\"" + FINGERPRINT + "\"}");
    assertThat(ControlLine.text(json, ControlLine.SETTLED)).isEqualTo(FINGERPRINT);
  }

  @Test
  void headersHoldNumbers() {
    String json = ControlLine.header(512);

    assertThat(ControlLine.number(json, ControlLine.VERSION)).isEqualTo(2);
    assertThat(ControlLine.number(json, ControlLine.UNFLUSHED_WINDOW)).isEqualTo(512);
    assertThat(ControlLine.number(ControlLine.header(), ControlLine.UNFLUSHED_WINDOW)).isZero();
  }

  @Test
  void aLineWithoutTheKeyIsNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ControlLine.text("{\"intent\":\"x\"}", ControlLine.WORST_USD))
        .withMessage("No worst_usd in the journal line {\"intent\":\"x\"}");
  }

  @Test
  void everyLineTellsItsKindByItsBeginning() throws Exception {
    assertThat(kind(ControlLine.header())).isEqualTo(LineKind.HEADER);
    assertThat(kind(ControlLine.intent(Entries.intent(7, "1")))).isEqualTo(LineKind.INTENT);
    assertThat(kind(ControlLine.settled(Entries.fingerprint(7)))).isEqualTo(LineKind.SETTLED);
    assertThat(kind(ControlLine.end(ControlLine.LAST))).isEqualTo(LineKind.END);
    byte[] entry = EntryJson.write(Entries.answer("e1", 1, "{\"intent\":", 0));
    assertThat(LineKind.of(entry, 0, entry.length)).isEqualTo(LineKind.ENTRY);
    assertThat(kind("{")).isEqualTo(LineKind.ENTRY);
  }

  @Test
  void theEndLinesAreConstant() {
    assertThat(new String(JournalFiles.ROLLED_LINE, StandardCharsets.US_ASCII))
        .endsWith(" {\"end\":\"rolled\"}\n");
    assertThat(new String(JournalFiles.LAST_LINE, StandardCharsets.US_ASCII))
        .endsWith(" {\"end\":\"last\"}\n");
  }

  private static LineKind kind(String json) {
    byte[] line = ("        " + json).getBytes(StandardCharsets.UTF_8);
    return LineKind.of(line, 8, line.length - 8);
  }
}

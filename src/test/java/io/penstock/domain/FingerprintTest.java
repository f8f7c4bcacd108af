package io.penstock.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FingerprintTest {
  private static final String TEXT = "v1-000102030405060708090a0b0c0d0eff";

  @Test
  void parsesWhatItPrints() {
    Fingerprint fingerprint = Fingerprint.parse(TEXT);

    assertThat(fingerprint).hasToString(TEXT);
    assertThat(Fingerprint.find(TEXT)).contains(fingerprint);
    assertThat(fingerprint.toBytes())
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "000102030405060708090a0b0c0d0e0f",
        "v2-000102030405060708090a0b0c0d0e0f",
        "v1-000102030405060708090a0b0c0d0e",
        "v1-000102030405060708090a0b0c0d0e0f10",
        "v1-000102030405060708090a0b0c0d0e0g"
      })
  void refusesOtherTexts(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Fingerprint.parse(text));
    assertThat(Fingerprint.find(text)).isEmpty();
  }

  @Test
  void refusesAnotherNumberOfBytes() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fingerprint.of(new byte[15]))
        .withMessageContaining("16 bytes, got 15");
  }

  @Test
  void equalBytesAreEqual() {
    Fingerprint one = Fingerprint.parse(TEXT);
    Fingerprint same = Fingerprint.of(one.toBytes());

    assertThat(one).isEqualTo(same).hasSameHashCodeAs(same);
    assertThat(one).isNotEqualTo(Fingerprint.of(new byte[Fingerprint.BYTES]));
  }

  @Test
  void keepsItsBytesToItself() {
    byte[] bytes = new byte[Fingerprint.BYTES];
    Fingerprint fingerprint = Fingerprint.of(bytes);

    bytes[0] = 1;
    fingerprint.toBytes()[1] = 1;

    assertThat(fingerprint).isEqualTo(Fingerprint.of(new byte[Fingerprint.BYTES]));
  }

  @Test
  void sortsByUnsignedBytes() {
    Fingerprint small = Fingerprint.parse("v1-7f" + "00".repeat(15));
    Fingerprint large = Fingerprint.parse("v1-80" + "00".repeat(15)); // negative as a Java byte
    Fingerprint largest = Fingerprint.parse("v1-80" + "00".repeat(14) + "01");

    assertThat(List.of(largest, large, small).stream().sorted())
        .containsExactly(small, large, largest);
  }
}

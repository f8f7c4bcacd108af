package io.penstock.provider.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GoDurationTest {
  @ParameterizedTest
  @CsvSource({
    "12ms, 0.012",
    "9ms, 0.009",
    "1s, 1",
    "1.5s, 1.5",
    "8.64s, 8.64",
    "6m0s, 360",
    "7m12s, 432",
    "2s81ms, 2.081",
    "5h50m30ms, 21000.03",
    "23h59m59.5s, 86399.5",
    "850us, 0.00085",
    "850\u00b5s, 0.00085",
    "850\u03bcs, 0.00085",
    "100ns, 0.0000001",
    "0s, 0",
    ".5s, 0.5",
    "' 1s ', 1"
  })
  void readsEachForm(String text, double seconds) {
    assertThat(GoDuration.seconds(text).orElse(-1)).isCloseTo(seconds, within(1e-9));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "60", "-1s", "s", "1", "1d", "1s2", "1 s", "soon", "2026-11-22T10:00:00Z"})
  void anythingElseIsNone(String text) {
    assertThat(GoDuration.seconds(text)).isEmpty();
  }
}

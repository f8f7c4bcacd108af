package io.penstock.domain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class UsdTest {
  @Test
  void equalAmountsAreEqualWhateverTheirScale() {
    assertThat(Usd.of("1.50")).isEqualTo(Usd.of("1.5")).hasSameHashCodeAs(Usd.of("1.5"));
    assertThat(Usd.of("0.000")).isEqualTo(Usd.ZERO).hasSameHashCodeAs(Usd.ZERO);
    assertThat(Usd.of("0E+5")).isEqualTo(Usd.ZERO);
  }

  @Test
  void addsWithoutLosingADigit() {
    Usd sum = Usd.of("99999999.999999999999").plus(Usd.of("0.000000000001"));

    assertThat(sum).isEqualTo(Usd.of("100000000"));
  }

  @Test
  void tenthsAddUpExactly() {
    Usd sum = Usd.of("0.1").plus(Usd.of("0.2"));

    assertThat(sum).isEqualTo(Usd.of("0.3")); // as doubles 0.30000000000000004
  }

  @Test
  void printsPlainDigits() {
    assertThat(Usd.of("0.000000000001")).hasToString("0.000000000001");
    assertThat(Usd.of("1E+3")).hasToString("1000");
    assertThat(Usd.of("0.00")).hasToString("0");
  }

  @Test
  void comparesByValue() {
    assertThat(Usd.of("2")).isGreaterThan(Usd.of("1.999999999999"));
    assertThat(Usd.of("2.0")).isEqualByComparingTo(Usd.of("2"));
    assertThat(Usd.of("-1")).isLessThan(Usd.ZERO);
  }

  @Test
  void onlyNothingIsZero() {
    assertThat(Usd.of("0.0000").isZero()).isTrue();
    assertThat(Usd.of("0.000000000001").isZero()).isFalse();
  }
}

package io.penstock.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.FailureKind;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import org.junit.jupiter.api.Test;

final class QuarantineTest {
  private final Quarantine quarantine = new Quarantine();

  @Test
  void holdsTheFourthOfTheSameFailuresWhileOthersAreAnswered() {
    assertThat(quarantine.holds(Failures.serverError(), 9)).isFalse();
    assertThat(quarantine.holds(Failures.serverError(), 10)).isFalse();
    assertThat(quarantine.holds(Failures.serverError(), 11)).isFalse();
    assertThat(quarantine.holds(Failures.serverError(), 12)).isTrue();
  }

  @Test
  void holdsNothingWhileNobodyIsAnswered() {
    for (int i = 0; i < 10; i++) {
      assertThat(quarantine.holds(Failures.serverError(), 10)).isFalse();
    }
  }

  @Test
  void anotherStatusIsAnotherFailure() {
    quarantine.holds(Failures.serverError(), 10);
    quarantine.holds(Failures.serverError(), 11);

    for (int successes = 12; successes < 15; successes++) {
      assertThat(quarantine.holds(status(502), successes)).isFalse();
    }
    assertThat(quarantine.holds(status(502), 15)).isTrue();
  }

  @Test
  void whatIsNoFaultOfTheServerNeitherCountsNorForgives() {
    quarantine.holds(Failures.serverError(), 9);
    quarantine.holds(Failures.serverError(), 10);
    quarantine.holds(Failures.serverError(), 11);
    assertThat(quarantine.holds(Failures.rateLimited(), 12)).isFalse();

    assertThat(quarantine.holds(Failures.serverError(), 13)).isTrue();
  }

  private static ProviderException status(int status) {
    return Failures.of(FailureKind.SERVER_ERROR, Billing.NOT_BILLED, status);
  }
}

package io.penstock.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.simulator.ModelGate.Admission;
import io.penstock.simulator.ModelGate.Decision;
import io.penstock.simulator.ModelGate.Standing;
import io.penstock.simulator.Refusal.Reason;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

class ModelGateTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final LongSupplier UNASKED =
      () -> {
        throw new AssertionError("tokens are not limited");
      };

  private final FakeClock clock = new FakeClock();

  private ModelGate gate(SimulatorLimits limits) {
    return new ModelGate(limits, clock);
  }

  private static Admission admit(ModelGate gate, long tokens) {
    Decision decision = gate.admit(() -> tokens);
    assertThat(decision).isInstanceOf(Admission.class);
    return (Admission) decision;
  }

  @Test
  void withoutLimitsNobodyIsRefusedAndNothingIsCounted() {
    ModelGate gate = gate(SimulatorLimits.NONE);

    for (int i = 0; i < 10_000; i++) {
      assertThat(gate.admit(UNASKED)).isInstanceOf(Admission.class);
    }

    assertThat(gate.standing()).isEqualTo(Standing.UNLIMITED);
  }

  @Test
  void refusedRequestsTakeNothing() {
    ModelGate gate = gate(new SimulatorLimits(null, 3L, null, MINUTE));
    for (int i = 0; i < 3; i++) {
      assertThat(gate.admit(UNASKED)).isInstanceOf(Admission.class);
    }

    for (int i = 0; i < 5; i++) {
      assertThat(gate.admit(UNASKED))
          .isEqualTo(new Refusal(Reason.REQUESTS, 3, 3, 1, Duration.ofSeconds(20)));
    }

    clock.advance(Duration.ofSeconds(20));
    assertThat(gate.admit(UNASKED)).isInstanceOf(Admission.class);
    assertThat(gate.admit(UNASKED)).isInstanceOf(Refusal.class);
  }

  @Test
  void aRequestThatTheTokensRefuseTakesNoRequest() {
    ModelGate gate = gate(new SimulatorLimits(null, 10L, 600L, MINUTE));
    admit(gate, 500);

    assertThat(gate.admit(() -> 200))
        .isEqualTo(new Refusal(Reason.TOKENS, 600, 500, 200, Duration.ofSeconds(10)));

    assertThat(gate.standing().requests().remaining()).isEqualTo(9);
    assertThat(gate.standing().tokens().remaining()).isEqualTo(100);
  }

  @Test
  void unusedTokensGoBackWithTheAnswer() {
    ModelGate gate = gate(new SimulatorLimits(null, null, 600L, MINUTE));
    Admission answered = admit(gate, 500);
    Admission failed = admit(gate, 50);

    answered.uses(100);
    assertThat(gate.standing().tokens().remaining()).isEqualTo(50);

    answered.release();
    failed.release();
    assertThat(gate.standing().tokens().remaining()).isEqualTo(500);
  }

  @Test
  void aPlaceIsFreeOnceARequestIsReleased() {
    ModelGate gate = gate(new SimulatorLimits(2L, null, null, MINUTE));
    Admission first = admit(gate, 0);
    admit(gate, 0);

    assertThat(gate.admit(UNASKED))
        .isEqualTo(new Refusal(Reason.IN_FLIGHT, 2, 2, 1, Duration.ZERO));

    first.release();
    assertThat(gate.admit(UNASKED)).isInstanceOf(Admission.class);
    assertThat(gate.admit(UNASKED)).isInstanceOf(Refusal.class);
  }

  @Test
  void whoCameBeforeTheLimitCountsAndStays() {
    ModelGate gate = gate(SimulatorLimits.NONE);
    Admission first = admit(gate, 0);
    Admission second = admit(gate, 0);

    gate.change(new SimulatorLimits(1L, null, null, MINUTE));
    first.release();
    assertThat(gate.admit(UNASKED)).isInstanceOf(Refusal.class);

    second.release();
    assertThat(gate.admit(UNASKED)).isInstanceOf(Admission.class);
  }

  @Test
  void aLimitThatIsSetLaterBeginsFullAndOneThatIsChangedDoesNot() {
    ModelGate gate = gate(new SimulatorLimits(null, 60L, null, MINUTE));
    for (int i = 0; i < 60; i++) {
      admit(gate, 0);
    }

    gate.change(new SimulatorLimits(null, 600L, 1_000L, MINUTE));

    assertThat(gate.standing().requests().remaining()).isZero();
    assertThat(gate.standing().tokens().remaining()).isEqualTo(1_000);
    assertThat(((Refusal) gate.admit(() -> 1)).retryAfter()).isEqualTo(Duration.ofMillis(100));
  }
}

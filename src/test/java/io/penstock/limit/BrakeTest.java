package io.penstock.limit;

import static io.penstock.limit.Refusal.OVERLOADED;
import static io.penstock.limit.Refusal.TOO_FAST;
import static io.penstock.limit.Refusal.TOO_MANY;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class BrakeTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final Brake brake = new Brake(0);

  @Test
  void tooFastWaitsAsLongAsTheProviderAsks() {
    brake.refused(TOO_FAST, 5, Duration.ofSeconds(7), 0);

    assertThat(brake.heldNanos(3 * SECOND)).isEqualTo(4 * SECOND);
    assertThat(brake.heldNanos(7 * SECOND)).isZero();
    assertThat(brake.ceiling(50)).isEqualTo(50);
  }

  @Test
  void tooFastWaitsASecondWhereTheProviderDoesNotSay() {
    brake.refused(TOO_FAST, 5, null, 0);

    assertThat(brake.heldNanos(0)).isEqualTo(SECOND);
  }

  @Test
  void aShorterWaitDoesNotReplaceALongerOne() {
    brake.refused(TOO_FAST, 5, Duration.ofSeconds(7), 0);
    brake.refused(TOO_FAST, 5, Duration.ofSeconds(2), SECOND);

    assertThat(brake.heldNanos(SECOND)).isEqualTo(6 * SECOND);
  }

  @Test
  void aWaitAboveTwoMinutesIsToldAsAPauseToTheDriver() {
    brake.refused(TOO_FAST, 5, Duration.ofDays(40_000), 0);

    assertThat(brake.tellHeldNanos(0)).isEqualTo(121 * SECOND);
  }

  @Test
  void tooManyKeepsToWhatTheProviderHasAccepted() {
    brake.refused(TOO_MANY, 12, null, 0);

    assertThat(brake.ceiling(50)).isEqualTo(12);
    assertThat(brake.heldNanos(0)).isZero();
  }

  @Test
  void aRoundOfAnswersLetsOneMoreBegin() {
    brake.refused(TOO_MANY, 12, null, 0);
    for (int i = 0; i < 12; i++) {
      brake.succeeded();
    }
    assertThat(brake.ceiling(50)).isEqualTo(12);

    brake.succeeded();

    assertThat(brake.ceiling(50)).isEqualTo(13);
  }

  @Test
  void waitsLongerEachTimeWhereNothingIsAccepted() {
    long now = 0;
    for (double seconds : new double[] {0.5, 1, 2, 4, 5, 5}) {
      brake.refused(TOO_MANY, 0, null, now);
      assertThat(brake.heldNanos(now)).isEqualTo((long) (seconds * SECOND));
      now += brake.heldNanos(now);
    }
  }

  @Test
  void refusalsOfCallsFromBeforeTheWaitDoNotProlongIt() {
    brake.refused(TOO_MANY, 0, null, 0);
    brake.refused(TOO_MANY, 0, null, SECOND / 4);

    assertThat(brake.heldNanos(SECOND / 4)).isEqualTo(SECOND / 4);
  }

  @Test
  void twoOverloadsAreNoiseThreeInARowAreNot() {
    brake.refused(OVERLOADED, 9, null, 0);
    brake.refused(OVERLOADED, 8, null, 0);
    brake.succeeded();
    brake.refused(OVERLOADED, 9, null, 0);
    brake.refused(OVERLOADED, 8, null, 0);
    assertThat(brake.ceiling(50)).isEqualTo(50);

    brake.refused(OVERLOADED, 7, null, 0);

    assertThat(brake.ceiling(50)).isEqualTo(7);
    assertThat(brake.heldNanos(0)).isEqualTo(SECOND / 2);
  }

  @Test
  void afterAnOverloadTheCeilingDoublesInARound() {
    for (int i = 0; i < 3; i++) {
      brake.refused(OVERLOADED, 4, null, 0);
    }
    for (int i = 0; i < 4; i++) {
      brake.succeeded();
    }

    assertThat(brake.ceiling(50)).isEqualTo(8);
  }

  @Test
  void theDriversWordReplacesWhatItWasTold() {
    brake.refused(TOO_FAST, 5, Duration.ofSeconds(7), 0);
    brake.tellHeldNanos(0);

    brake.hold(SECOND);

    assertThat(brake.heldNanos(0)).isEqualTo(SECOND);
  }

  @Test
  void theDriversWordDoesNotReplaceWhatItCouldNotKnow() {
    brake.tellHeldNanos(0);
    brake.refused(TOO_FAST, 5, Duration.ofSeconds(7), 0);
    brake.hold(SECOND);
    assertThat(brake.heldNanos(0)).isEqualTo(7 * SECOND);

    brake.hold(9 * SECOND);

    assertThat(brake.heldNanos(0)).isEqualTo(9 * SECOND);
  }

  @Test
  void aWaitIsToldUntilTheDriverHasAnswered() {
    brake.refused(TOO_FAST, 5, Duration.ofSeconds(7), 0);
    brake.tellHeldNanos(0); // lost

    assertThat(brake.tellHeldNanos(SECOND)).isEqualTo(6 * SECOND);
  }

  @Test
  void aWaitThatTheDriverOrderedIsNotToldBackToIt() {
    brake.hold(3 * SECOND);

    assertThat(brake.tellHeldNanos(SECOND)).isZero();
    assertThat(brake.heldNanos(SECOND)).isEqualTo(2 * SECOND);
  }

  @Test
  void anEndedPauseForgetsWhatItTaught() {
    brake.refused(TOO_MANY, 0, null, 0);
    brake.refused(TOO_MANY, 0, null, SECOND);

    brake.release();

    assertThat(brake.ceiling(50)).isEqualTo(50);
    assertThat(brake.heldNanos(SECOND)).isZero();
  }

  @Test
  void theClockMayRunOverItsEnd() {
    long now = Long.MAX_VALUE - SECOND;
    Brake late = new Brake(now);

    late.refused(TOO_FAST, 5, Duration.ofSeconds(7), now);

    assertThat(late.heldNanos(now)).isEqualTo(7 * SECOND);
    assertThat(late.heldNanos(now + 3 * SECOND)).isEqualTo(4 * SECOND);
  }
}

package io.penstock.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.limit.Allowance.Share;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PaceTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final Need HUNDRED = new Need(90, 10);

  @Test
  void whatIsNotLimitedBeginsAtOnce() {
    assertThat(new Pace(0).nanosUntil(HUNDRED, 0)).isZero();
  }

  @Test
  void beginsWithNothing() {
    assertThat(requests(2, 5).nanosUntil(Need.REQUEST, 0)).isEqualTo(SECOND / 2);
  }

  @Test
  void savesUpNoMoreThanTheBurst() {
    Pace pace = requests(2, 3);
    int begun = 0;
    while (pace.nanosUntil(Need.REQUEST, 100 * SECOND) == 0) {
      pace.take(Need.REQUEST);
      begun++;
    }

    assertThat(begun).isEqualTo(3);
  }

  @Test
  void aCallAboveTheBurstLeavesADebt() {
    Pace pace = tokens(10, 50);
    assertThat(pace.nanosUntil(HUNDRED, 4 * SECOND)).isEqualTo(SECOND);
    assertThat(pace.nanosUntil(HUNDRED, 5 * SECOND)).isZero();

    pace.take(HUNDRED);

    assertThat(pace.nanosUntil(HUNDRED, 5 * SECOND)).isEqualTo(10 * SECOND);
  }

  @Test
  void withoutAShareNothingBegins() {
    assertThat(tokens(0, 0).nanosUntil(HUNDRED, 100 * SECOND)).isEqualTo(Long.MAX_VALUE);
    assertThat(requests(0, 0).nanosUntil(Need.REQUEST, 100 * SECOND)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aLostShareTakesWhatWasSavedUp() {
    Pace pace = requests(10, 10);
    pace.share(Map.of(Rate.REQUESTS, new Share(0, 10)), 5 * SECOND);
    assertThat(pace.nanosUntil(Need.REQUEST, 5 * SECOND)).isEqualTo(Long.MAX_VALUE);

    pace.share(Map.of(Rate.REQUESTS, new Share(1, 10)), 6 * SECOND);

    assertThat(pace.nanosUntil(Need.REQUEST, 6 * SECOND)).isBetween(SECOND - 1, SECOND);
  }

  @Test
  void whatWasNotUsedInTheEndIsForTheNext() {
    Pace pace = tokens(10, 100);
    pace.nanosUntil(HUNDRED, 10 * SECOND);
    pace.take(HUNDRED);

    pace.settle(HUNDRED, new Need(30, 0), 10 * SECOND);

    assertThat(pace.nanosUntil(HUNDRED, 10 * SECOND)).isEqualTo(3 * SECOND);
  }

  @Test
  void whatWasGivenBackIsNotSavedUpBeyondTheNextShare() {
    Pace pace = tokens(10, 100);
    for (int i = 0; i < 5; i++) {
      pace.take(HUNDRED);
    }
    for (int i = 0; i < 5; i++) {
      pace.settle(HUNDRED, Need.REQUEST, SECOND);
    }
    pace.share(Map.of(Rate.TOKENS, new Share(10, 100)), 100 * SECOND);

    pace.take(HUNDRED);

    assertThat(pace.nanosUntil(HUNDRED, 100 * SECOND)).isEqualTo(10 * SECOND);
  }

  @Test
  void callsFromBeforeTheRateWasKnownGiveNothingBack() {
    Pace pace = new Pace(0);
    pace.take(HUNDRED);
    pace.share(Map.of(Rate.TOKENS, new Share(10, 100)), SECOND);

    pace.settle(HUNDRED, Need.REQUEST, 0);

    assertThat(pace.nanosUntil(HUNDRED, SECOND)).isEqualTo(10 * SECOND);
  }

  @Test
  void theSlowestOfTheRatesDecides() {
    Pace pace = new Pace(0);
    pace.share(
        Map.of(
            Rate.REQUESTS, new Share(1, 1),
            Rate.INPUT_TOKENS, new Share(30, 100),
            Rate.OUTPUT_TOKENS, new Share(2, 100)),
        0);

    assertThat(pace.nanosUntil(HUNDRED, 0)).isEqualTo(5 * SECOND);
  }

  @Test
  void aRateThatIsGoneLimitsNothing() {
    Pace pace = requests(0, 1);
    pace.share(Map.of(), SECOND);

    assertThat(pace.nanosUntil(Need.REQUEST, SECOND)).isZero();
  }

  @Test
  void theClockMayRunOverItsEnd() {
    long start = Long.MAX_VALUE - SECOND;
    Pace pace = new Pace(start);
    pace.share(Map.of(Rate.REQUESTS, new Share(1, 5)), start);

    assertThat(pace.nanosUntil(Need.REQUEST, start + SECOND / 2))
        .isBetween(SECOND / 2 - 1, SECOND / 2);
    assertThat(pace.nanosUntil(Need.REQUEST, start + 2 * SECOND)).isZero();
  }

  private static Pace requests(double perSecond, double burst) {
    return of(Rate.REQUESTS, new Share(perSecond, burst));
  }

  private static Pace tokens(double perSecond, double burst) {
    return of(Rate.TOKENS, new Share(perSecond, burst));
  }

  private static Pace of(Rate rate, Share share) {
    Pace pace = new Pace(0);
    pace.share(Map.of(rate, share), 0);
    return pace;
  }
}

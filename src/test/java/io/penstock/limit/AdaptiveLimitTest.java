package io.penstock.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class AdaptiveLimitTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final int MOST = 1_000_000;

  @Test
  void doublesInEachRoundUntilTheFirstRefusal() {
    AdaptiveLimit limit = of(10);
    round(limit);
    assertThat(limit.current()).isEqualTo(20);

    round(limit);

    assertThat(limit.current()).isEqualTo(40);
  }

  @Test
  void growsOnlyWhenFourFifthsAreInUse() {
    AdaptiveLimit limit = of(100);
    limit.succeeded(50, 79);
    assertThat(limit.current()).isEqualTo(100);

    limit.succeeded(50, 80);

    assertThat(limit.current()).isEqualTo(150);
  }

  @Test
  void isCutOncePerEpisode() {
    AdaptiveLimit limit = of(100);
    assertThat(limit.refused(0)).isTrue();
    limit.succeeded(50, 10);
    assertThat(limit.refused(2 * SECOND - 1)).isFalse();
    assertThat(limit.current()).isEqualTo(85);

    assertThat(limit.refused(2 * SECOND)).isTrue();

    assertThat(limit.current()).isEqualTo(72);
  }

  @Test
  void isNotCutAgainWhileNothingSucceeds() {
    AdaptiveLimit limit = of(100);
    limit.refused(0);

    assertThat(limit.refused(100 * SECOND)).isFalse();
    assertThat(limit.current()).isEqualTo(85);
  }

  @Test
  void aCutIsRegainedInEightRounds() {
    AdaptiveLimit limit = of(100);
    limit.refused(0);
    rounds(limit, 7);
    assertThat(limit.current()).isLessThan(100);

    rounds(limit, 2);

    assertThat(limit.current()).isBetween(100, 102);
  }

  @Test
  void theStepDoublesOnceTheCutIsRegainedAndPassed() {
    AdaptiveLimit limit = of(800);
    limit.refused(0);
    rounds(limit, 10);
    int before = limit.current();
    round(limit);
    assertThat(limit.current() - before).isBetween(14, 16); // an eighth of the cut

    before = limit.current();
    round(limit);

    assertThat(limit.current() - before).isBetween(29, 31);
  }

  @Test
  void aRefusalInTheSameEpisodeEndsTheFasterGrowth() {
    AdaptiveLimit limit = of(800);
    limit.refused(0);
    rounds(limit, 20);
    limit.refused(SECOND);
    int before = limit.current();

    round(limit);

    assertThat(limit.current() - before).isBetween(14, 16);
  }

  @Test
  void roundsAtTheBoundSayNothingOfWhatIsBeyondIt() {
    AdaptiveLimit limit = new AdaptiveLimit(0);
    limit.bound(1, 100, 100);
    limit.refused(0);
    rounds(limit, 100);
    assertThat(limit.current()).isEqualTo(100);
    limit.bound(2, 200, 200);

    round(limit);

    assertThat(limit.current()).isBetween(101, 104);
  }

  @Test
  void neverLeavesItsBounds() {
    AdaptiveLimit limit = new AdaptiveLimit(0);
    limit.bound(5, 10, 30);
    rounds(limit, 9);
    assertThat(limit.current()).isEqualTo(30);

    for (int i = 0; i < 20; i++) {
      limit.refused(2 * i * SECOND);
      limit.succeeded(1, 0);
    }

    assertThat(limit.current()).isEqualTo(5);
  }

  @Test
  void followsItsBoundsWhenExecutorsComeAndGo() {
    AdaptiveLimit limit = new AdaptiveLimit(0);
    limit.bound(5, 10, 30);
    limit.bound(10, 20, 60);
    assertThat(limit.current()).isEqualTo(20);
    limit.succeeded(40, 20);

    limit.bound(5, 10, 30);

    assertThat(limit.current()).isEqualTo(30);
  }

  @Test
  void aTestedLimitIsNotRaisedByANewExecutor() {
    AdaptiveLimit limit = new AdaptiveLimit(0);
    limit.bound(1, 10, 30);
    limit.refused(0);

    limit.bound(2, 20, 60);

    assertThat(limit.current()).isEqualTo(8);
  }

  @Test
  void theClockMayRunOverItsEnd() {
    AdaptiveLimit limit = new AdaptiveLimit(Long.MAX_VALUE - SECOND);
    limit.bound(1, 100, MOST);
    assertThat(limit.refused(Long.MAX_VALUE - SECOND)).isTrue();
    limit.succeeded(1, 0);

    assertThat(limit.refused(Long.MAX_VALUE)).isFalse();
    assertThat(limit.refused(Long.MIN_VALUE + SECOND)).isTrue();
  }

  private static AdaptiveLimit of(int first) {
    AdaptiveLimit limit = new AdaptiveLimit(0);
    limit.bound(1, first, MOST);
    return limit;
  }

  private static void rounds(AdaptiveLimit limit, int count) {
    for (int i = 0; i < count; i++) {
      round(limit);
    }
  }

  /** As many answers as there may be calls. */
  private static void round(AdaptiveLimit limit) {
    limit.succeeded(limit.current(), limit.current());
  }
}

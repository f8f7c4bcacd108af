package io.penstock.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.simulator.TokenBucket.Level;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenBucketTest {
  private static final Instant START = FakeClock.START;
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @Test
  void isFullAtTheStart() {
    TokenBucket bucket = new TokenBucket(60, MINUTE, START);

    assertThat(bucket.level(START)).isEqualTo(new Level(60, 60, Duration.ZERO));
    assertThat(bucket.untilFits(60, START)).isZero();
  }

  @Test
  void refillsWithoutStepsAndTellsTheWaitExactly() {
    TokenBucket bucket = new TokenBucket(7, MINUTE, START);

    bucket.take(7, START);

    Duration wait = bucket.untilFits(1, START);
    assertThat(wait).isEqualTo(Duration.ofNanos(8_571_429_000L)); // 60 s / 7, up to a microsecond
    assertThat(bucket.untilFits(1, START.plus(wait).minusNanos(1_000))).isPositive();
    assertThat(bucket.untilFits(1, START.plus(wait))).isZero();
  }

  @Test
  void manyShortRefillsBringAsMuchAsOneLong() {
    TokenBucket bucket = new TokenBucket(7, MINUTE, START);
    bucket.take(7, START);

    for (int micros = 1; micros <= 100_000; micros++) {
      bucket.level(START.plusNanos(micros * 1_000L));
    }

    Instant later = START.plusNanos(100_000_000);
    assertThat(bucket.untilFits(1, later)).isEqualTo(Duration.ofNanos(8_471_429_000L));
  }

  @Test
  void holdsNoMoreThanItsBurstHoweverLongItRests() {
    TokenBucket bucket = new TokenBucket(600, Duration.ofMillis(500), START);
    Instant later = START.plus(Duration.ofDays(400));

    bucket.take(5, later);

    assertThat(bucket.untilFits(1, later)).isEqualTo(Duration.ofMillis(100));
  }

  @Test
  void holdsAtLeastOneHoweverShortTheBurst() {
    TokenBucket bucket = new TokenBucket(1, Duration.ofMillis(1), START);

    assertThat(bucket.untilFits(1, START)).isZero();

    bucket.take(1, START);
    assertThat(bucket.untilFits(1, START)).isEqualTo(MINUTE);
  }

  @Test
  void moreThanItHoldsPassesWhenItIsFullAndIsPaidBack() {
    TokenBucket bucket = new TokenBucket(600, Duration.ofSeconds(1), START);
    assertThat(bucket.untilFits(50, START)).isZero();

    bucket.take(50, START);

    assertThat(bucket.level(START)).isEqualTo(new Level(600, 550, Duration.ofSeconds(5)));
    assertThat(bucket.used(START)).isEqualTo(640);
    assertThat(bucket.untilFits(50, START)).isEqualTo(Duration.ofSeconds(5));
    assertThat(bucket.untilFits(1, START)).isEqualTo(Duration.ofMillis(4_100));
  }

  @ParameterizedTest
  @CsvSource({"1", "500", "60000", "90500", "3600000"})
  void whatItTellsAddsUpToAMinuteHoweverLongTheBurst(long burstMillis) {
    TokenBucket bucket = new TokenBucket(6_000, Duration.ofMillis(burstMillis), START);
    assertThat(bucket.level(START)).isEqualTo(new Level(6_000, 6_000, Duration.ZERO));

    bucket.take(20, START);

    assertThat(bucket.level(START)).isEqualTo(new Level(6_000, 5_980, Duration.ofMillis(200)));
  }

  @Test
  void whatIsGivenBackDoesNotOverflowIt() {
    TokenBucket bucket = new TokenBucket(60, MINUTE, START);
    bucket.take(30, START);

    bucket.giveBack(20, START);
    assertThat(bucket.level(START).remaining()).isEqualTo(50);

    bucket.giveBack(20, START);
    assertThat(bucket.level(START).remaining()).isEqualTo(60);
  }

  @Test
  void anotherRateHoldsFromNowAndWhatIsTakenStaysTaken() {
    TokenBucket bucket = new TokenBucket(60, MINUTE, START);
    bucket.take(60, START);
    Instant later = START.plusSeconds(10);

    bucket.resize(600, MINUTE, later);
    assertThat(bucket.level(later)).isEqualTo(new Level(600, 10, Duration.ofSeconds(59)));

    bucket.resize(5, MINUTE, later);
    assertThat(bucket.level(later)).isEqualTo(new Level(5, 5, Duration.ZERO));
  }

  @Test
  void aClockThatIsSetBackBringsNothing() {
    TokenBucket bucket = new TokenBucket(60, MINUTE, START);
    bucket.take(60, START);

    assertThat(bucket.level(START.minusSeconds(100)).remaining()).isZero();
    assertThat(bucket.level(START.minusSeconds(99)).remaining()).isEqualTo(1);
  }

  @Test
  void theLargestLimitsAndAmountsAreCountedWithoutOverflow() {
    TokenBucket bucket = new TokenBucket(SimulatorLimits.MOST, Duration.ofHours(1), START);

    bucket.take(Long.MAX_VALUE, START);

    assertThat(bucket.level(START))
        .isEqualTo(new Level(SimulatorLimits.MOST, 0, Duration.ofMinutes(10)));
    assertThat(bucket.level(START.plus(Duration.ofDays(4_000))).untilFull()).isZero();
  }
}

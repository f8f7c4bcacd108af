package io.penstock.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class PurseTest {
  private final FakeScheduler time = new FakeScheduler();
  private int asks;
  private final Purse purse = new Purse("p", time, () -> asks++);

  private static BigDecimal usd(String amount) {
    return new BigDecimal(amount);
  }

  private void allow(long number, String limit, String ceiling) {
    purse.allow(new PurseAllowance("p", number, usd(limit), usd(ceiling), false));
  }

  @Test
  void nothingIsReservedBeforeTheDriverAllowsIt() {
    CompletableFuture<Void> waits = purse.reserve(usd("0.5"));

    assertThat(waits).isNotDone();
    assertThat(asks).isEqualTo(1);

    allow(1, "0.5", "9");

    assertThat(waits).isCompleted();
    assertThat(purse.report())
        .isEqualTo(new PurseReport("p", 1, usd("0"), usd("0.5"), usd("0"), usd("0.5")));
  }

  @Test
  void whatIsReservedAndSpentTogetherStaysWithinTheLimit() {
    allow(1, "1.0", "9");
    CompletableFuture<Void> first = purse.reserve(usd("0.6"));
    CompletableFuture<Void> second = purse.reserve(usd("0.6"));

    assertThat(first).isCompleted();
    assertThat(second).isNotDone();

    purse.settle(usd("0.6"), usd("0.4"));

    assertThat(second).isCompleted();
    assertThat(purse.report().spent()).isEqualTo(usd("0.4"));
    assertThat(purse.report().reserved()).isEqualByComparingTo(usd("0.6"));
  }

  @Test
  void theCheapestOfThoseThatWaitGoesFirst() {
    CompletableFuture<Void> dear = purse.reserve(usd("0.9"));
    CompletableFuture<Void> cheap = purse.reserve(usd("0.2"));

    allow(1, "1.0", "9");

    assertThat(cheap).isCompleted();
    assertThat(dear).isNotDone();
    assertThat(purse.report().need()).isEqualTo(usd("0.9"));
  }

  @Test
  void whatIsBeyondTheCeilingFailsAtOnceAndTheRestGoesOn() {
    CompletableFuture<Void> dear = purse.reserve(usd("0.9"));
    CompletableFuture<Void> cheap = purse.reserve(usd("0.2"));

    allow(1, "0", "0.5");

    assertThatThrownBy(dear::join).hasCauseInstanceOf(BeyondBudgetException.class);
    assertThat(cheap).isNotDone();
    assertThat(purse.reserve(usd("0.500000000001"))).isCompletedExceptionally();
    assertThat(purse.reserve(usd("0.5"))).isNotDone();
    assertThat(purse.hasRefused()).isTrue();
  }

  @Test
  void theCeilingOnlyFalls() {
    allow(1, "0", "0.5");
    allow(2, "0", "0.7");

    assertThat(purse.ceiling()).contains(usd("0.5"));
    assertThat(purse.refuses(usd("0.6"))).isTrue();
    assertThat(purse.refuses(usd("0.5"))).isFalse();
  }

  @Test
  void anOlderAllowanceAndThatOfAnotherPurseChangeNothing() {
    allow(2, "0.1", "9");

    allow(1, "5", "0");
    purse.allow(new PurseAllowance("q", 3, usd("5"), usd("0"), false));

    assertThat(purse.reserve(usd("0.2"))).isNotDone();
    assertThat(purse.report().allowance()).isEqualTo(2);
  }

  @Test
  void theDriverIsAskedOnceUntilItAnswersAndNotTooOften() {
    purse.reserve(usd("1"));
    purse.reserve(usd("1"));
    assertThat(asks).isEqualTo(1);

    purse.report();
    allow(1, "1", "9");
    purse.reserve(usd("1"));
    assertThat(asks).isEqualTo(1);

    time.advance(Purse.ASK_INTERVAL);
    assertThat(asks).isEqualTo(2);
  }

  @Test
  void whatComesAfterTheReportIsAskedForAgain() {
    purse.reserve(usd("1"));
    purse.report();
    purse.reserve(usd("1"));

    allow(1, "0.5", "9");
    time.advance(Purse.ASK_INTERVAL);

    assertThat(asks).isEqualTo(2);
  }

  @Test
  void whatIsLeftOverIsToldSoonWhereOthersWait() {
    purse.allow(new PurseAllowance("p", 1, usd("1"), usd("9"), true));
    purse.reserve(usd("1"));
    purse.report();
    int before = asks;

    purse.settle(usd("1"), usd("0.1"));
    time.advance(Duration.ofSeconds(1));

    assertThat(asks).isEqualTo(before + 1);
  }

  @Test
  void afterTheEndNobodyWaits() {
    CompletableFuture<Void> waits = purse.reserve(usd("1"));

    purse.close();

    assertThatThrownBy(waits::join).isInstanceOf(CancellationException.class);
    assertThat(purse.reserve(usd("1"))).isCompletedExceptionally();
    assertThat(purse.hasRefused()).isFalse();
  }
}

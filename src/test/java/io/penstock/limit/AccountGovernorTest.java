package io.penstock.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.penstock.limit.AccountLimits.Window;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class AccountGovernorTest {
  private static final Duration RENEWAL = Duration.ofMillis(500);
  private static final Duration SILENCE = Governor.LEASE_LIFE.plusMillis(1);

  private final FakeScheduler time = new FakeScheduler();

  @Test
  void permitsAreDividedEvenlyOnceEverybodyHasConfirmed() {
    Governor governor = Governors.ticking(Governors.fixed(10), time);
    ScriptedExecutor first = new ScriptedExecutor("a", governor);
    ScriptedExecutor second = new ScriptedExecutor("b", governor);
    assertThat(first.renew().permits()).isEqualTo(10);

    assertThat(second.renew().permits()).isZero(); // the first may use all ten
    assertThat(settled(first, second)).containsExactly(5, 5);
  }

  @Test
  void itsLoadIsWhatExecutorsTellAndWhatTheyMay() {
    Governor governor = Governors.ticking(Governors.fixed(10), time);
    ScriptedExecutor first = new ScriptedExecutor("a", governor);
    ScriptedExecutor second = new ScriptedExecutor("b", governor);
    assertThat(governor.loads())
        .as("no executor yet")
        .containsExactly(new AccountLoad(Governors.ACCOUNT, 0, 0, false));
    first.inFlight = 3;
    second.inFlight = 4;
    first.renew();
    second.renew();

    assertThat(governor.loads()).containsExactly(new AccountLoad(Governors.ACCOUNT, 7, 10, false));
  }

  @Test
  void aCallUnderWayHoldsItsPermitWhateverIsConfirmed() {
    Governor governor = Governors.ticking(Governors.fixed(10), time);
    ScriptedExecutor first = new ScriptedExecutor("a", governor);
    ScriptedExecutor second = new ScriptedExecutor("b", governor);
    first.renew();
    first.inFlight = 8;

    assertThat(settled(first, second)).containsExactly(5, 2);

    first.inFlight = 5;
    assertThat(settled(first, second)).containsExactly(5, 5);
  }

  @Test
  void aLostReplyIsHeldAgainstTheOthers() {
    Governor governor = Governors.ticking(Governors.fixed(10), time);
    ScriptedExecutor first = new ScriptedExecutor("a", governor);
    ScriptedExecutor second = new ScriptedExecutor("b", governor);
    first.renew();
    second.renew();

    first.renewUnheard(); // says five, but the first still has ten
    first.renewUnheard();

    assertThat(second.renew().permits()).isZero();
  }

  @Test
  void permitsOfASilentExecutorReturnAfterItsLongestCallOnly() {
    Governor governor = Governors.ticking(Governors.fixed(10), time);
    ScriptedExecutor lost = new ScriptedExecutor("a", governor);
    ScriptedExecutor other = new ScriptedExecutor("b", governor);
    lost.renew();
    time.advance(SILENCE.plus(Governors.LONGEST_CALL).minusMillis(100));
    assertThat(other.renew().permits()).isZero();

    time.advance(Duration.ofMillis(100));

    assertThat(other.renew().permits()).isEqualTo(10);
  }

  @Test
  void permitsOfAnExecutorThatIsKnownToHaveEndedReturnAtOnce() {
    Governor governor = Governors.ticking(Governors.fixed(10), time);
    new ScriptedExecutor("a", governor).renew();
    ScriptedExecutor other = new ScriptedExecutor("b", governor);
    other.renew();

    governor.exited("a");

    assertThat(other.renew().permits()).isEqualTo(10);
  }

  @Test
  void theRateOfASilentExecutorGoesToTheOthersWithItsLease() {
    Governor governor = Governors.ticking(Governors.rated(Rate.REQUESTS, 6_000), time);
    ScriptedExecutor lost = new ScriptedExecutor("a", governor);
    ScriptedExecutor other = new ScriptedExecutor("b", governor);
    settled(lost, other);
    double shared = perSecond(other.renew(), Rate.REQUESTS);

    time.advance(SILENCE);
    other.renew();

    assertThat(perSecond(other.renew(), Rate.REQUESTS)).isCloseTo(2 * shared, within(1e-6));
  }

  @Test
  void aSilentExecutorDoesNotKeepTheOnlyShareOfALargeCall() {
    Governor governor = Governors.ticking(Governors.rated(Rate.TOKENS, 1_000), time);
    ScriptedExecutor lost = new ScriptedExecutor("a", governor);
    ScriptedExecutor other = new ScriptedExecutor("b", governor);
    lost.largest = Map.of(Rate.TOKENS, 400L);
    settled(lost, other);
    assertThat(perSecond(other.renew(), Rate.TOKENS)).isZero();

    time.advance(SILENCE);
    other.renew();

    assertThat(perSecond(other.renew(), Rate.TOKENS)).isPositive();
  }

  @Test
  void aCallAsLargeAsTheLimitDoesNotEndAllCalls() {
    Governor governor = Governors.ticking(Governors.rated(Rate.TOKENS, 1_000), time);
    ScriptedExecutor executor = new ScriptedExecutor("a", governor);
    executor.largest = Map.of(Rate.TOKENS, 1_200L);

    assertThat(perSecond(executor.renew(), Rate.TOKENS)).isPositive();
  }

  @Test
  void aLimitOfOneRequestIsRefilledAtItsPace() {
    Governor governor = Governors.ticking(Governors.rated(Rate.REQUESTS, 1), time);
    ScriptedExecutor executor = new ScriptedExecutor("a", governor);

    assertThat(perSecond(executor.renew(), Rate.REQUESTS)).isCloseTo(1 / 60.0, within(1e-6));
  }

  @Test
  void aPartOfALimitByTheMinuteIsOfWholeCallsWhereOneIsInIt() {
    assertThat(perSecond(partOf(5, 0.5), Rate.REQUESTS)).isCloseTo(2 / 60.0, within(1e-6));
    assertThat(perSecond(partOf(5, 0.1), Rate.REQUESTS)).isCloseTo(0.5 / 60, within(1e-6));
  }

  @Test
  void aLimitThatIsNoWholeNumberIsOfALongerTime() {
    double thousandADay = 1_000 / 1_440.0;
    double twoThousandADay = 2 * thousandADay;

    assertThat(perSecond(partOf(thousandADay, 1), Rate.REQUESTS))
        .isCloseTo(thousandADay / 60, within(1e-6));
    assertThat(perSecond(partOf(twoThousandADay, 1), Rate.REQUESTS))
        .isCloseTo(twoThousandADay / 60, within(1e-6));
  }

  @Test
  void tellsOfALimitThatMakesCallsWait() {
    Governor governor = Governors.ticking(Governors.rated(Rate.REQUESTS, 0.5), time);
    ScriptedExecutor executor = new ScriptedExecutor("a", governor);
    executor.renew();

    assertThat(governor.longWaits(Duration.ofMinutes(1)))
        .extracting(LongWait::toString)
        .containsExactly(
            "openai/small may have 0.5 requests a minute, so from one call to the next it is about"
                + " 2 min");
    assertThat(governor.longWaits(Duration.ofMinutes(3))).isEmpty();

    executor.waiting = false;
    executor.renew();

    assertThat(governor.longWaits(Duration.ofMinutes(1))).isEmpty();
  }

  @Test
  void whatOthersMayHaveSavedUpIsNotRefilledForAMinute() {
    Governor governor = Governors.ticking(Governors.rated(Rate.TOKENS, 60_000), time);
    ScriptedExecutor first = new ScriptedExecutor("a", governor);
    ScriptedExecutor second = new ScriptedExecutor("b", governor);
    first.largest = Map.of(Rate.TOKENS, 2_000L);
    second.largest = Map.of(Rate.TOKENS, 2_000L);
    settled(first, second);
    second.waiting = false;
    settled(first, second);

    assertThat(perSecond(first.renew(), Rate.TOKENS)).isCloseTo(56_000 / 60.0, within(1e-6));
    time.advance(Duration.ofMinutes(2));
    second.renew();
    time.advance(Duration.ofMinutes(2));
    settled(first, second);
    assertThat(perSecond(first.renew(), Rate.TOKENS)).isCloseTo(58_000 / 60.0, within(1e-6));
  }

  @Test
  void nothingIsGrantedBeyondWhatOneExecutorMayHave() {
    Governor governor = Governors.ticking(Governors.adaptive(new Window(10, 5, 50, true)), time);
    ScriptedExecutor busy = new ScriptedExecutor("a", governor);
    ScriptedExecutor idle = new ScriptedExecutor("b", governor);
    idle.waiting = false;
    grow(busy, 50);

    assertThat(settled(busy, idle)).first().isEqualTo(50);
  }

  @Test
  void theLimitIsHeldWhereItIsNotToAdapt() {
    Governor governor = Governors.ticking(Governors.adaptive(new Window(10, 5, 50, false)), time);
    ScriptedExecutor executor = new ScriptedExecutor("a", governor);
    executor.renew();
    executor.inFlight = 10;
    executor.succeeded(100);
    assertThat(executor.renew().permits()).isEqualTo(10);

    executor.refused(Refusal.TOO_MANY, 3);

    assertThat(executor.renew().permits()).isEqualTo(10);
  }

  @Test
  void failuresOfTheServerPauseTheGrowth() {
    Governor governor = Governors.ticking(Governors.adaptive(new Window(10, 5, 50, true)), time);
    ScriptedExecutor executor = new ScriptedExecutor("a", governor);
    executor.renew();
    executor.inFlight = 10;
    executor.succeeded(10);
    executor.unhealthy(1);
    assertThat(executor.renew().permits()).isEqualTo(10);

    executor.succeeded(20);

    assertThat(executor.renew().permits()).isGreaterThan(10); // less than 5 % of all by now
  }

  @Test
  void someOverloadsAreSomeBadMachinesManyAreTheProvider() {
    Governor governor = Governors.ticking(Governors.adaptive(new Window(40, 5, 50, true)), time);
    ScriptedExecutor executor = new ScriptedExecutor("a", governor);
    executor.succeeded(40);
    executor.refused(Refusal.OVERLOADED, 4);
    assertThat(executor.renew().permits()).isEqualTo(40);

    executor.succeeded(1);
    executor.refused(Refusal.OVERLOADED, 4);

    assertThat(executor.renew().permits()).isEqualTo(34);
  }

  @Test
  void pacesByItselfWhereTheRateIsKnownAndCutsWhereItIsNot() {
    Governor governor = Governors.ticking(Governors.adaptive(new Window(40, 5, 50, true)), time);
    ScriptedExecutor executor = new ScriptedExecutor("a", governor);
    executor.learnt = new Rates(Map.of(Rate.REQUESTS, 600.0));
    executor.refused(Refusal.TOO_FAST, 1);
    assertThat(executor.renew().permits()).isEqualTo(40);

    Governor unknown = Governors.ticking(Governors.adaptive(new Window(40, 5, 50, true)), time);
    ScriptedExecutor other = new ScriptedExecutor("a", unknown);
    other.refused(Refusal.TOO_FAST, 1);

    assertThat(other.renew().permits()).isEqualTo(34);
  }

  @Test
  void whatTheProviderAsksOneExecutorToWaitAllWait() {
    Governor governor = Governors.ticking(Governors.fixed(10), time);
    ScriptedExecutor first = new ScriptedExecutor("a", governor);
    ScriptedExecutor second = new ScriptedExecutor("b", governor);
    first.holdMillis = 3_000;
    first.renew();

    time.advance(Duration.ofSeconds(1));

    assertThat(second.renew().holdMillis()).isBetween(1_990L, 2_000L);
  }

  @Test
  void learntRatesBindEveryExecutorInItsShare() {
    AccountLimits half =
        new AccountLimits(
            Governors.ACCOUNT,
            Rates.NONE,
            0,
            0.5,
            new Window(10, 5, 50, true),
            Governors.LONGEST_CALL);
    ScriptedExecutor executor = new ScriptedExecutor("a", Governors.ticking(half, time));
    executor.learnt = new Rates(Map.of(Rate.REQUESTS, 6_000.0));

    double burst = 0.25 * 50;
    assertThat(perSecond(executor.renew(), Rate.REQUESTS))
        .isCloseTo((3_000 - burst) / 60, within(1e-6));
  }

  @Test
  void anOldWordOnARateDoesNotReplaceANewerOne() {
    Governor governor = Governors.ticking(Governors.fixed(10), time);
    ScriptedExecutor busy = new ScriptedExecutor("a", governor);
    ScriptedExecutor idle = new ScriptedExecutor("b", governor);
    busy.learnt = idle.learnt = new Rates(Map.of(Rate.REQUESTS, 600.0));
    settled(busy, idle);

    busy.learnt = new Rates(Map.of(Rate.REQUESTS, 300.0));
    settled(busy, idle);

    assertThat(governor.history().stream().filter(each -> each.why().startsWith("learnt")))
        .hasSize(2);
  }

  @Test
  void twentyRefusalsInARowAfterASecondWithoutAnAnswerPauseTheAccount() {
    Governor governor = Governors.ticking(Governors.fixed(40), time);
    ScriptedExecutor first = new ScriptedExecutor("a", governor);
    ScriptedExecutor second = new ScriptedExecutor("b", governor);
    settled(first, second);
    time.advance(Duration.ofSeconds(1));
    first.refused(Refusal.TOO_MANY, 10);
    second.refused(Refusal.TOO_MANY, 9);
    assertThat(first.renew().starts()).isEqualTo(Allowance.UNLIMITED);
    assertThat(second.renew().starts()).isEqualTo(Allowance.UNLIMITED);

    second.refused(Refusal.TOO_MANY, 1);

    assertThat(second.renew().starts()).isZero();
    assertThat(first.renew().starts()).isZero();
  }

  @Test
  void refusalsBetweenAnswersAreNotInARow() {
    Governor governor = Governors.ticking(Governors.fixed(40), time);
    List<ScriptedExecutor> executors = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      executors.add(new ScriptedExecutor("e" + i, governor));
    }
    for (int round = 0; round < 5; round++) {
      time.advance(RENEWAL);
      for (ScriptedExecutor each : executors) {
        each.succeeded(5);
        each.refused(Refusal.TOO_MANY, 1);
        assertThat(each.renew().starts()).isEqualTo(Allowance.UNLIMITED);
      }
    }
  }

  @Test
  void aWaitAboveTwoMinutesIsAPause() {
    Governor governor = Governors.ticking(Governors.fixed(10), time);
    ScriptedExecutor executor = new ScriptedExecutor("a", governor);
    executor.holdMillis = 120_000;
    assertThat(executor.renew().starts()).isEqualTo(Allowance.UNLIMITED);

    executor.holdMillis = 121_000;

    Allowance paused = executor.renew();
    assertThat(paused.starts()).isZero();
    assertThat(paused.holdMillis()).isZero(); // the probe must not wait
  }

  @Test
  void onePauseHasOneProbeInFiveSecondsForTheWholeCluster() {
    Governor governor = Governors.ticking(Governors.fixed(40), time);
    ScriptedExecutor first = new ScriptedExecutor("a", governor);
    ScriptedExecutor second = new ScriptedExecutor("b", governor);
    pause(first);
    int probes = 0;
    for (int i = 0; i < 60; i++) {
      time.advance(RENEWAL);
      probes += first.renew().starts() + second.renew().starts();
    }

    assertThat(probes).isEqualTo(6);
  }

  @Test
  void anExecutorWithNothingToCallIsNotTheProbe() {
    Governor governor = Governors.ticking(Governors.fixed(40), time);
    ScriptedExecutor idle = new ScriptedExecutor("a", governor);
    ScriptedExecutor busy = new ScriptedExecutor("b", governor);
    pause(busy);
    idle.waiting = false;
    time.advance(AccountGovernor.PROBE_INTERVAL);

    assertThat(idle.renew().starts()).isZero();
    assertThat(busy.renew().starts()).isEqualTo(1);
  }

  @Test
  void anAnswerEndsThePauseForAllAndItsRefusalsAreForgiven() {
    Governor governor = Governors.ticking(Governors.fixed(40), time);
    ScriptedExecutor first = new ScriptedExecutor("a", governor);
    ScriptedExecutor second = new ScriptedExecutor("b", governor);
    pause(first);
    long era = second.renew().era();

    second.succeeded(1);

    assertThat(second.renew().starts()).isEqualTo(Allowance.UNLIMITED);
    time.advance(Duration.ofSeconds(2));
    assertThat(first.renew().starts()).isEqualTo(Allowance.UNLIMITED);
    assertThat(first.renew().era()).isEqualTo(era + 1);
  }

  @Test
  void theHistoryTellsEveryChangeAndWhy() {
    Governor governor = Governors.ticking(Governors.adaptive(new Window(10, 5, 50, true)), time);
    ScriptedExecutor executor = new ScriptedExecutor("a", governor);
    executor.renew();
    executor.inFlight = 10;
    executor.succeeded(10);
    executor.renew();
    executor.refused(Refusal.TOO_MANY, 1);
    executor.renew();

    assertThat(governor.history())
        .extracting(change -> change.limit() + " " + change.why() + " " + change.inFlight())
        .containsExactly("10 executors: 1 0", "20 growth 10", "17 cut: too many 10");
  }

  @Test
  void accountsOfSeveralModelsAreApart() {
    AccountLimits small = Governors.fixed(10);
    AccountLimits large =
        new AccountLimits("openai/large", Rates.NONE, 4, 1, small.window(), Governors.LONGEST_CALL);
    Governor governor =
        new Governor(List.of(small, large), time::nanoTime, java.time.InstantSource.system());
    Limiter one = new Limiter("openai/small", time, () -> {});
    Limiter other = new Limiter("openai/large", time, () -> {});
    Limiter unknown = new Limiter("openai/none", time, () -> {});

    List<Allowance> granted =
        governor.renew("a", List.of(other.report(), unknown.report(), one.report()));

    assertThat(granted).extracting(Allowance::permits).containsExactly(4, 10);
  }

  private Allowance partOf(double perMinute, double share) {
    AccountLimits limits =
        new AccountLimits(
            Governors.ACCOUNT,
            new Rates(Map.of(Rate.REQUESTS, perMinute)),
            0,
            share,
            new Window(10, 5, 50, true),
            Governors.LONGEST_CALL);
    return new ScriptedExecutor("a", Governors.ticking(limits, time)).renew();
  }

  private void pause(ScriptedExecutor executor) {
    executor.renew();
    time.advance(Duration.ofSeconds(2));
    executor.refused(Refusal.OVERLOADED, AccountGovernor.REFUSALS_TO_PAUSE);
    assertThat(executor.renew().starts()).isZero();
  }

  private static void grow(ScriptedExecutor executor, int to) {
    for (int permits = executor.renew().permits(); permits < to; ) {
      executor.inFlight = permits;
      executor.succeeded(permits);
      permits = executor.renew().permits();
    }
  }

  /** After so many renewals that everybody has confirmed what there is. */
  private List<Integer> settled(ScriptedExecutor first, ScriptedExecutor second) {
    for (int i = 0; i < 3; i++) {
      time.advance(RENEWAL);
      first.renew();
      second.renew();
    }
    return List.of(first.renew().permits(), second.renew().permits());
  }

  private static double perSecond(Allowance allowance, Rate rate) {
    return allowance.shares().get(rate).perSecond();
  }
}

package io.penstock.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.limit.Allowance.Share;
import io.penstock.limit.Limiter.Permit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a limiter does with allowances that come, stay away and run out. */
final class LimiterAllowanceTest {
  private static final Duration LIFE = Governor.LEASE_LIFE;

  private final FakeScheduler time = new FakeScheduler();
  private final AtomicInteger asked = new AtomicInteger();
  private final Limiter limiter = new Limiter("any/model", time, asked::incrementAndGet);

  @Test
  void nothingBeginsWithoutAnAllowanceAndTheDriverIsAskedOnce() {
    List<CompletableFuture<Permit>> calls = acquire(3);
    assertThat(granted(calls)).isZero();
    assertThat(asked).hasValue(1);

    allow(1, 2);

    assertThat(granted(calls)).isEqualTo(2);
  }

  @Test
  void anAllowanceThatDoesNotHelpIsNoReasonToAskAtOnceAgain() {
    acquire(1);
    for (int number = 1; number < 10; number++) {
      allow(number, 0);
    }

    assertThat(asked).hasValue(1);
  }

  @Test
  void lessThanBeforeIsConfirmedAtOnceSinceOthersWaitForIt() {
    allow(1, Map.of(Rate.REQUESTS, new Share(10, 10)), Allowance.UNLIMITED);
    allow(2, Map.of(Rate.REQUESTS, new Share(10, 10)), Allowance.UNLIMITED);
    assertThat(asked).hasValue(0);

    allow(3, Map.of(Rate.REQUESTS, new Share(5, 5)), Allowance.UNLIMITED);

    assertThat(asked).hasValue(1);
  }

  @Test
  void aLargeCallIsForgottenAfterAWhileAndOneThatWaitsIsToldBeforeItBegins() {
    limiter.acquire(new Need(900, 100));
    assertThat(limiter.report().largest()).containsEntry(Rate.TOKENS, 1_000L);
    allow(1, 5);
    limiter.acquire(new Need(90, 10));
    assertThat(limiter.report().largest()).containsEntry(Rate.TOKENS, 1_000L);

    for (int minute = 0; minute < 3; minute++) {
      time.advance(Duration.ofMinutes(1));
      allow(2 + minute, 5);
      limiter.acquire(new Need(90, 10));
      limiter.report();
    }

    assertThat(limiter.report().largest()).containsEntry(Rate.TOKENS, 100L);
  }

  @Test
  void anOlderAllowanceThatComesLateIsIgnored() {
    allow(2, 1);
    allow(1, 5);

    assertThat(granted(acquire(3))).isEqualTo(1);
  }

  @Test
  void nothingBeginsOnceTheAllowanceHasRunOut() {
    allow(1, 5);
    time.advance(LIFE);
    List<CompletableFuture<Permit>> calls = acquire(1);
    assertThat(granted(calls)).isZero();

    allow(2, 5);

    assertThat(granted(calls)).isEqualTo(1);
  }

  @Test
  void fewerPermitsTakeNothingFromWhatIsUnderWay() {
    allow(1, 3);
    List<CompletableFuture<Permit>> calls = acquire(4);
    allow(2, 1);

    calls.get(0).join().close();
    calls.get(1).join().close();
    assertThat(granted(calls)).isEqualTo(3);
    calls.get(2).join().close();

    assertThat(granted(calls)).isEqualTo(4);
  }

  @Test
  void whatWaitsForTheRateBeginsByTheClock() {
    allow(1, Map.of(Rate.REQUESTS, new Share(1, 1)), Allowance.UNLIMITED);
    List<CompletableFuture<Permit>> calls = acquire(3);

    time.advance(Duration.ofSeconds(2));

    assertThat(granted(calls)).isEqualTo(2);
  }

  @Test
  void atMostOneTimerWaitsForTheRateInTheEnd() {
    allow(1, Map.of(Rate.TOKENS, new Share(100, 100)), Allowance.UNLIMITED);
    time.advance(Duration.ofSeconds(1));
    List<CompletableFuture<Permit>> calls = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      calls.add(limiter.acquire(new Need(100, 0)));
    }
    for (int i = 0; i < 300 && calls.get(i).isDone(); i++) {
      calls.get(i).join().succeeded(new Need(90, 0)); // sooner than the timer thought
      calls.get(i).join().close();
      allow(2 + i, Map.of(Rate.TOKENS, new Share(100, 100)), Allowance.UNLIMITED);
      time.advance(Duration.ofSeconds(1));
    }

    assertThat(time.waiting()).isLessThanOrEqualTo(2);
  }

  @Test
  void aLeaseThatRanOutLeavesNothingSavedUp() {
    allow(1, Map.of(Rate.REQUESTS, new Share(1, 3)), Allowance.UNLIMITED);
    time.advance(Duration.ofMinutes(1));
    allow(2, Map.of(Rate.REQUESTS, new Share(1, 3)), Allowance.UNLIMITED);

    assertThat(granted(acquire(3))).isZero();
  }

  @Test
  void duringAPauseOnlyTheProbeBegins() {
    allow(1, Map.of(), 0);
    List<CompletableFuture<Permit>> calls = acquire(3);
    assertThat(granted(calls)).isZero();

    allow(2, Map.of(), 1);
    assertThat(granted(calls)).isEqualTo(1);
    calls.get(0).join().close();

    assertThat(granted(calls)).isEqualTo(1);
  }

  @Test
  void onceItIsOpenNobodyWaits() {
    allow(1, 1);
    List<CompletableFuture<Permit>> calls = acquire(3);
    Permit first = calls.get(0).join();
    first.suspend();
    calls.get(1).join();
    CompletableFuture<Permit> resumed = first.resume(Long.MAX_VALUE / 2);

    limiter.open();

    assertThat(resumed).isDone();
    assertThat(granted(calls)).isEqualTo(3);
    assertThat(granted(acquire(5))).isEqualTo(5);
  }

  @Test
  void whoWaitsTooLongToResumeIsTold() {
    allow(1, 1);
    Permit permit = limiter.acquire(Need.REQUEST).join();
    permit.suspend();
    acquire(1);
    CompletableFuture<Permit> resumed = permit.resume(time.nanoTime() + LIFE.toNanos());
    limiter.report();
    assertThat(resumed).isNotDone();

    time.advance(LIFE);
    limiter.report();
    time.advance(Duration.ZERO);

    assertThat(resumed)
        .isCompletedExceptionally()
        .failsWithin(Duration.ZERO)
        .withThrowableOfType(java.util.concurrent.ExecutionException.class)
        .withCauseInstanceOf(TimeoutException.class);
  }

  @Test
  void reportsWhatItDid() {
    allow(7, 5);
    List<CompletableFuture<Permit>> calls = acquire(7);
    calls.get(0).join().succeeded(new Need(3, 4));
    calls.get(1).join().refused(Refusal.TOO_MANY, null);
    calls.get(2).join().unhealthy();
    calls.subList(0, 3).forEach(call -> call.join().close());

    AccountReport report = limiter.report();

    assertThat(report.allowance()).isEqualTo(7);
    assertThat(report.load()).isEqualTo(new AccountReport.Load(4, 5, false));
    assertThat(report.tally()).isEqualTo(new AccountReport.Tally(1, 0, 1, 0, 1));
    assertThat(report.inARow()).isEqualTo(1);
    assertThat(limiter.report().load().peakInFlight()).isEqualTo(4);
  }

  private void allow(long number, int permits) {
    limiter.allow(
        new Allowance("any/model", number, permits, Map.of(), Allowance.UNLIMITED, 0, 0),
        time.nanoTime() + LIFE.toNanos());
  }

  private void allow(long number, Map<Rate, Share> shares, int starts) {
    limiter.allow(
        new Allowance("any/model", number, 100, shares, starts, 0, 0),
        time.nanoTime() + LIFE.toNanos());
  }

  private List<CompletableFuture<Permit>> acquire(int count) {
    List<CompletableFuture<Permit>> calls = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      calls.add(limiter.acquire(Need.REQUEST));
    }
    return calls;
  }

  private static long granted(List<CompletableFuture<Permit>> calls) {
    return calls.stream().filter(CompletableFuture::isDone).count();
  }
}

package io.penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.cluster.Lease.Ask;
import io.penstock.cluster.Messages.RenewalReply;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class LeaseTest {
  private static final RenewalReply GRANTED =
      new RenewalReply("r1", "t", null, null, null, List.of(), List.of());
  private static final RenewalReply REFUSED =
      new RenewalReply("r1", "t", "not yet", null, null, List.of(), List.of());
  private static final RenewalReply STOPPED =
      new RenewalReply("r1", "t", "the run is stopped", "no money", null, List.of(), List.of());
  private static final RenewalReply OTHER_RUN =
      new RenewalReply("r2", "t2", null, null, null, List.of(), List.of());

  private final FakeNanos clock = new FakeNanos();
  private final Lease lease = new Lease(clock, Runnable::run);

  @Test
  void isNoneBeforeTheFirstGrant() {
    assertThat(lease.whenLeased("r1")).isNotDone();
    assertThat(lease.hasWaiters()).isTrue();
  }

  @Test
  void completesAtOnceWhileItIsValid() {
    lease.answered(lease.ask(), GRANTED);

    clock.advance(Lease.LIFE.minusNanos(1));

    assertThat(lease.whenLeased("r1")).isCompleted();
    assertThat(lease.whenLeased("r2")).isNotDone();
  }

  @Test
  void runsOutCountedFromBeforeTheAsk() {
    Ask ask = lease.ask();
    clock.advance(Duration.ofSeconds(3)); // the driver was slow
    lease.answered(ask, GRANTED);
    assertThat(lease.whenLeased("r1")).isCompleted();

    clock.advance(Lease.LIFE.minusSeconds(3));

    assertThat(lease.whenLeased("r1")).isNotDone();
  }

  @Test
  void isNoneWhenTheGrantComesTooLate() {
    CompletableFuture<Void> waiting = lease.whenLeased("r1");
    Ask ask = lease.ask();
    clock.advance(Lease.LIFE);

    lease.answered(ask, GRANTED);

    assertThat(waiting).isNotDone();
    assertThat(lease.whenLeased("r1")).isNotDone();
  }

  @Test
  void whoWaitsIsWokenByTheNextGrant() {
    CompletableFuture<Void> waiting = lease.whenLeased("r1");
    lease.answered(lease.ask(), REFUSED);
    assertThat(waiting).isNotDone();

    lease.answered(lease.ask(), GRANTED);

    assertThat(waiting).isCompleted();
    assertThat(lease.hasWaiters()).isFalse();
  }

  @Test
  void aRefusalEndsItAtOnce() {
    lease.answered(lease.ask(), GRANTED);

    lease.answered(lease.ask(), REFUSED);

    assertThat(lease.whenLeased("r1")).isNotDone();
  }

  @Test
  void aStopFailsWhoWaitsAndWhoComesLater() {
    CompletableFuture<Void> waiting = lease.whenLeased("r1");

    lease.answered(lease.ask(), STOPPED);

    assertStopped(waiting, "Run r1 is stopped: no money");
    assertStopped(lease.whenLeased("r1"), "Run r1 is stopped: no money");
  }

  @Test
  void theEndOfTheRunFailsWhoWaits() {
    CompletableFuture<Void> waiting = lease.whenLeased("r1");

    lease.answered(lease.ask(), RenewalReply.NO_RUN);

    assertStopped(waiting, "Run r1 is over at the driver");
  }

  @Test
  void anotherRunFailsWhoWaitsForTheOneBefore() {
    CompletableFuture<Void> before = lease.whenLeased("r1");
    CompletableFuture<Void> now = lease.whenLeased("r2");

    lease.answered(lease.ask(), OTHER_RUN);

    assertStopped(before, "Run r1 is over at the driver");
    assertThat(now).isCompleted();
  }

  @Test
  void aReplyToAnEarlierAskSaysNothingOfARunThatBeganSince() {
    Ask earlier = lease.ask();
    CompletableFuture<Void> waiting = lease.whenLeased("r1");

    lease.answered(earlier, RenewalReply.NO_RUN);
    assertThat(waiting).isNotDone();
    lease.answered(lease.ask(), GRANTED);

    assertThat(waiting).isCompleted();
  }

  @Test
  void closingFailsAllThatWait() {
    CompletableFuture<Void> waiting = lease.whenLeased("r1");

    lease.close("the executor shuts down");

    assertStopped(waiting, "the executor shuts down");
    assertStopped(lease.whenLeased("r1"), "the executor shuts down");
  }

  @Test
  void whoGaveUpWaitingIsForgotten() {
    lease.whenLeased("r1").cancel(false);

    lease.answered(lease.ask(), REFUSED);

    assertThat(lease.hasWaiters()).isFalse();
  }

  private static void assertStopped(CompletableFuture<Void> leased, String message) {
    assertThat(leased)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(CallsStoppedException.class)
        .withMessage(message);
  }
}

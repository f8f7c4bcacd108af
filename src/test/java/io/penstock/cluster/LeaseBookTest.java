package io.penstock.cluster;

import static io.penstock.cluster.FakeExecutors.SEEN;
import static io.penstock.cluster.Orders.order;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.cluster.Messages.Activity;
import io.penstock.cluster.Messages.RenewalReply;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

final class LeaseBookTest {
  private static final Counts TWO = Told.counts(2, 1, 3, 1_000);
  private static final Counts FIVE = Told.counts(5, 0, 0, 900);

  private final FakeNanos clock = new FakeNanos();
  private final LeaseBook book = new LeaseBook(clock);
  private final FakeExecutors executors = new FakeExecutors(book);

  @Test
  void thereIsNoRunBeforeTheFirst() {
    RenewalReply reply = executors.renew("1");

    assertThat(reply).isEqualTo(RenewalReply.NO_RUN);
    assertThat(reply.granted()).isFalse();
    assertThat(book.counts("1")).isEqualTo(Counts.NONE);
    assertThat(book.counts()).isEqualTo(Counts.NONE);
    assertThat(book.loads()).isEmpty();
  }

  @Test
  void grantsOnceTheProofHasBeenRead() {
    executors.begin("r1");

    RenewalReply first = executors.renew("1");
    RenewalReply told = executors.tell("1", SEEN);
    assertThat(book.proofToRead("1")).contains(SEEN);
    assertThat(book.proofToRead("1")).as("one reading at a time").isEmpty();
    book.proved("1", SEEN);
    RenewalReply granted = executors.tell("1", SEEN);

    assertThat(first.granted()).isFalse();
    assertThat(first.proofOrder()).isNotNull();
    assertThat(told.refusal()).contains("outstanding");
    assertThat(told.proofOrder()).as("it has its order by now").isNull();
    assertThat(granted.granted()).isTrue();
    assertThat(granted.runId()).isEqualTo("r1");
  }

  @Test
  void grantsNothingWhileTheDriversLockIsStale() {
    AtomicBoolean lockIsFresh = new AtomicBoolean(true);
    book.begin(order("r1", "/store"), "token", lockIsFresh::get, Orders.noLimits());
    executors.prove("1");

    lockIsFresh.set(false);
    assertThat(executors.renew("1").refusal()).isEqualTo("the driver's own lock is stale");
    lockIsFresh.set(true);

    assertThat(executors.isGranted("1")).isTrue();
  }

  @Test
  void grantsNothingToWhomSparkRemoved() {
    executors.begin("r1");
    executors.prove("1");
    executors.prove("2");

    book.remove("1");

    assertThat(executors.renew("1").refusal()).isEqualTo("Spark has removed the executor");
    assertThat(executors.isGranted("2")).isTrue();
    assertThat(book.livingIds()).containsExactly("2");
  }

  @Test
  void aRemovedExecutorStaysRemovedInTheNextRun() {
    executors.begin("r1");
    executors.renew("1");
    book.remove("1");
    clock.advance(Duration.ofMinutes(1));

    executors.begin("r2");
    executors.prove("2");
    executors.tell("1", SEEN);

    assertThat(executors.isGranted("1")).isFalse();
    assertThat(book.livingIds()).containsExactly("2");
  }

  @Test
  void aStoppedRunGrantsNothingAndSaysWhy() {
    executors.begin("r1");
    executors.prove("1");

    book.stop("no money");
    book.stop("too late");
    RenewalReply reply = executors.renew("1");

    assertThat(reply.granted()).isFalse();
    assertThat(reply.runId()).isEqualTo("r1");
    assertThat(reply.stopReason()).isEqualTo("no money");
  }

  @Test
  void anEndedRunIsNoRun() {
    executors.begin("r1");
    executors.prove("1");

    book.end();

    assertThat(executors.renew("1")).isEqualTo(RenewalReply.NO_RUN);
  }

  @Test
  void isClosedWhenEveryLivingExecutorSaidSoSinceTheEnd() {
    executors.begin("r1");
    executors.renew("1", new Activity("r1", null, true, TWO, List.of(), null, null));
    executors.renew("2");

    long end = book.end();
    assertThat(book.isClosed(end)).isFalse();
    executors.renew("1", new Activity("r1", "token", true, TWO, List.of(), null, null));
    executors.renew("2");
    assertThat(book.isClosed(end)).as("1 is still open").isFalse();
    executors.renew("1", new Activity("r1", "token", false, FIVE, List.of(), null, null));

    assertThat(book.isClosed(end)).isTrue();
    assertThat(book.counts("1")).isEqualTo(FIVE);
  }

  @Test
  void doesNotWaitForTheSilentNorForTheRemoved() {
    executors.begin("r1");
    executors.renew("1", new Activity("r1", null, true, TWO, List.of(), null, null));
    executors.renew("2", new Activity("r1", null, true, TWO, List.of(), null, null));
    long end = book.end();

    book.remove("2");
    clock.advance(LeaseBook.SILENCE);
    assertThat(book.isClosed(end)).as("1 may still come").isFalse();
    clock.advance(Duration.ofNanos(1));

    assertThat(book.isClosed(end)).isTrue();
    assertThat(book.livingIds()).isEmpty();
  }

  @Test
  void theNextRunMustBeProvedAnew() {
    executors.begin("r1");
    executors.prove("1");
    book.end();

    book.begin(order("r2", "/store"), "token2", () -> true, Orders.noLimits());
    RenewalReply reply = executors.tell("1", SEEN);

    assertThat(reply.granted()).isFalse();
    assertThat(reply.proofOrder()).as("what it told is of the run before").isNotNull();
    assertThat(book.proofToRead("1")).isEmpty();
  }

  @Test
  void sumsTheCountsAlsoOfThoseThatAreGone() {
    executors.begin("r1");
    executors.renew(
        "1",
        new Activity("r1", null, true, TWO, List.of(), null, null),
        new Activity("r0", "old", true, FIVE, List.of(), null, null));
    executors.renew("2", new Activity("r1", null, true, FIVE, List.of(), null, null));
    book.remove("1");
    executors.renew("2"); // its runtime is gone, its counts stay

    assertThat(book.counts("1")).isEqualTo(TWO);
    assertThat(book.counts("2")).isEqualTo(FIVE);
    assertThat(book.counts()).isEqualTo(TWO.plus(FIVE));
  }

  @Test
  void nothingIsUnderWayAtOneThatIsGone() {
    Counts calling = new Counts(1, 0, TWO.attempts(), TWO.bought(), 64, null, 1);
    executors.begin("r1");
    executors.renew("1", new Activity("r1", null, true, calling, List.of(), null, null));
    assertThat(book.counts("1").inFlight()).isEqualTo(64);

    book.remove("1");

    assertThat(book.counts("1").inFlight()).isZero();
    assertThat(book.counts().inFlight()).isZero();
    assertThat(book.counts().answered()).isEqualTo(1);
  }

  @Test
  void countsGoOnGrowingFromRunToRun() {
    executors.begin("r1");
    executors.renew("1", new Activity("r1", null, false, TWO, List.of(), null, null));
    executors.begin("r2");
    assertThat(book.counts("1")).isEqualTo(TWO);
    assertThat(book.counts()).isEqualTo(TWO);

    executors.renew("1", new Activity("r2", null, true, FIVE, List.of(), null, null));

    assertThat(book.counts("1")).isEqualTo(Told.counts(7, 1, 3, 900));
    assertThat(book.counts()).isEqualTo(Told.counts(7, 1, 3, 900));
  }

  @Test
  void countsOfAnEarlierExecutionOfTheRunAreNotItsOwn() {
    executors.begin("r1");

    executors.renew("1", new Activity("r1", "the token before", true, TWO, List.of(), null, null));

    assertThat(book.counts("1")).isEqualTo(Counts.NONE);
    assertThat(book.counts()).isEqualTo(Counts.NONE);
  }
}

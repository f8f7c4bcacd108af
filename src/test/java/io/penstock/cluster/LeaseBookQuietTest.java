package io.penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.cluster.Messages.QuietAsk;
import io.penstock.cluster.Messages.QuietReply;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class LeaseBookQuietTest {
  private final FakeNanos clock = new FakeNanos();
  private final LeaseBook book = new LeaseBook(clock);
  private final FakeExecutors executors = new FakeExecutors(book);

  @Test
  void isQuietOnceTheOthersHaveRenewedSince() {
    executors.begin("r1");
    executors.prove("1");
    executors.prove("2");
    assertThat(executors.isGranted("2")).isTrue();

    QuietReply first = book.quiet(new QuietAsk("1", "r1", QuietAsk.FIRST));
    executors.renew("1");
    QuietReply second = book.quiet(new QuietAsk("1", "r1", first.mark()));
    executors.renew("2");
    QuietReply third = book.quiet(new QuietAsk("1", "r1", second.mark()));

    assertThat(first.quiet()).isFalse();
    assertThat(second.quiet()).isFalse();
    assertThat(third.quiet()).isTrue();
  }

  @Test
  void isQuietAtOnceWhereNobodyElseHasALease() {
    executors.begin("r1");
    executors.prove("1");
    executors.isGranted("1");
    executors.renew("2");

    assertThat(book.quiet(new QuietAsk("1", "r1", QuietAsk.FIRST)).quiet()).isTrue();
  }

  @Test
  void aSilentExecutorIsQuietWhenItsLeaseIsOver() {
    executors.begin("r1");
    executors.prove("2");
    executors.isGranted("2");
    long mark = book.quiet(new QuietAsk("1", "r1", QuietAsk.FIRST)).mark();

    clock.advance(Lease.LIFE.minusNanos(1));
    assertThat(book.quiet(new QuietAsk("1", "r1", mark)).quiet()).isFalse();
    clock.advance(Duration.ofNanos(1));

    assertThat(book.quiet(new QuietAsk("1", "r1", mark)).quiet()).isTrue();
  }

  @Test
  void aRemovedExecutorIsQuietOnlyWhenItsLastLeaseIsOver() {
    executors.begin("r1");
    executors.prove("2");
    executors.isGranted("2");
    book.remove("2");
    long mark = book.quiet(new QuietAsk("1", "r1", QuietAsk.FIRST)).mark();

    executors.renew("2"); // alive, but it holds a lease that the driver cannot take back
    assertThat(book.quiet(new QuietAsk("1", "r1", mark)).quiet()).isFalse();
    clock.advance(Lease.LIFE);

    assertThat(book.quiet(new QuietAsk("1", "r1", mark)).quiet()).isTrue();
  }

  @Test
  void aLeaseOfTheSameRunsExecutionBeforeStillCounts() {
    executors.begin("r1");
    executors.prove("2");
    executors.isGranted("2");
    book.remove("2");

    executors.begin("r1");

    assertThat(book.quiet(new QuietAsk("1", "r1", QuietAsk.FIRST)).quiet()).isFalse();
  }

  @Test
  void waitingForQuietIsOverWithTheRun() {
    executors.begin("r1");
    assertThat(book.quiet(new QuietAsk("1", "r0", QuietAsk.FIRST)).over()).contains("r0");
    book.stop("no money");
    assertThat(book.quiet(new QuietAsk("1", "r1", QuietAsk.FIRST)).over()).contains("no money");

    book.end();

    assertThat(book.quiet(new QuietAsk("1", "r1", QuietAsk.FIRST)).over()).contains("over");
  }
}

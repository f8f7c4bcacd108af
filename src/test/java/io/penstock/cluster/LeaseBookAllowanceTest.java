package io.penstock.cluster;

import static io.penstock.cluster.Orders.order;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.cluster.Messages.Activity;
import io.penstock.cluster.Messages.RenewalReply;
import io.penstock.domain.FailureKind;
import io.penstock.limit.AccountLimits;
import io.penstock.limit.AccountLimits.Window;
import io.penstock.limit.AccountReport;
import io.penstock.limit.Allowance;
import io.penstock.limit.FakeScheduler;
import io.penstock.limit.Governor;
import io.penstock.limit.Limiter;
import io.penstock.limit.Rates;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Allowances come with a lease and with nothing else. */
final class LeaseBookAllowanceTest {
  private static final String TOKEN = FakeExecutors.SEEN.token();

  private final FakeNanos clock = new FakeNanos();
  private final LeaseBook book = new LeaseBook(clock);
  private final FakeExecutors executors = new FakeExecutors(book);

  @BeforeEach
  void begin() {
    Window window = new Window(10, 1, 10, false);
    AccountLimits limits =
        new AccountLimits("ours/gpt", Rates.NONE, 10, 1, window, Duration.ofMinutes(10));
    book.begin(
        order("r1", "/store"),
        TOKEN,
        () -> true,
        new Governor(List.of(limits), clock, InstantSource.system()));
  }

  @Test
  void anExecutorWithoutALeaseIsAllowedNothing() {
    RenewalReply reply = executors.renew("1", calling(TOKEN, null));

    assertThat(reply.granted()).isFalse();
    assertThat(reply.allowances()).isEmpty();
  }

  @Test
  void anExecutorWithALeaseIsAllowedWhatThereIs() {
    executors.prove("1");

    assertThat(permits(executors.renew("1", calling(TOKEN, null)))).containsExactly(10);
  }

  @Test
  void aRuntimeOfAnotherExecutionIsAllowedNothing() {
    executors.prove("1");

    assertThat(executors.renew("1", calling("earlier", null)).allowances()).isEmpty();
  }

  @Test
  void whatAnExecutorHeldIsFreeOnceItHasClosedOrEnded() {
    executors.prove("1");
    executors.prove("2");
    executors.renew("1", calling(TOKEN, null));
    assertThat(permits(executors.renew("2", calling(TOKEN, null)))).containsExactly(0);

    executors.renew("1", new Activity("r1", TOKEN, false, Counts.NONE, List.of(), null, null));
    assertThat(permits(executors.renew("2", calling(TOKEN, null)))).containsExactly(10);
    book.remove("2");
    book.exited("2");

    assertThat(permits(executors.renew("1", calling(TOKEN, null)))).containsExactly(10);
  }

  @Test
  void anExecutorThatSparkOnlyCannotReachKeepsWhatItHas() {
    executors.prove("1");
    executors.prove("2");
    executors.renew("1", calling(TOKEN, null));

    book.remove("1");

    assertThat(permits(executors.renew("2", calling(TOKEN, null)))).containsExactly(0);
  }

  @Test
  void oneExecutorsWordOnTheAccountStopsAll() {
    executors.prove("1");
    executors.prove("2");
    AccountStop stop = new AccountStop(FailureKind.AUTHENTICATION, "the key is wrong");
    executors.renew("1", calling(TOKEN, stop));

    RenewalReply other = executors.renew("2", calling(TOKEN, null));

    assertThat(other.stopReason()).isEqualTo("the key is wrong");
    book.remove("1");
    book.end();
    assertThat(book.accountStop()).contains(stop);
    assertThat(other.allowances()).isEmpty();
  }

  private static Activity calling(String token, @Nullable AccountStop accountStop) {
    AccountReport nothingYet = new Limiter("ours/gpt", new FakeScheduler(), () -> {}).report();
    return new Activity("r1", token, true, Counts.NONE, List.of(nothingYet), accountStop, null);
  }

  private static List<Integer> permits(RenewalReply reply) {
    return reply.allowances().stream().map(Allowance::permits).toList();
  }
}

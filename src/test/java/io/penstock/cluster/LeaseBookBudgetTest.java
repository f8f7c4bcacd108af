package io.penstock.cluster;

import static io.penstock.cluster.Orders.order;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.cluster.Messages.Activity;
import io.penstock.cluster.Messages.RenewalReply;
import io.penstock.limit.BudgetBook;
import io.penstock.limit.Governor;
import io.penstock.limit.PurseAllowance;
import io.penstock.limit.PurseReport;
import java.math.BigDecimal;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Money comes with a lease, and is not free before it is known not to be used. */
final class LeaseBookBudgetTest {
  private static final String TOKEN = FakeExecutors.SEEN.token();

  private final FakeNanos clock = new FakeNanos();
  private final LeaseBook book = new LeaseBook(clock);
  private final FakeExecutors executors = new FakeExecutors(book);

  @BeforeEach
  void begin() {
    BudgetBook budget = new BudgetBook(BigDecimal.TEN, clock);
    Governor governor = new Governor(List.of(), clock, InstantSource.system(), budget);
    book.begin(order("r1", "/store"), TOKEN, () -> true, governor);
  }

  private RenewalReply renew(String executor, String token, String spent, String wish) {
    BigDecimal wished = new BigDecimal(wish);
    PurseReport report =
        new PurseReport(
            "purse of " + executor, 0, new BigDecimal(spent), BigDecimal.ZERO, wished, wished);
    Activity activity = new Activity("r1", token, true, Counts.NONE, List.of(), null, report);
    return executors.renew(executor, activity);
  }

  private static List<Integer> limits(RenewalReply reply) {
    return reply.purses().stream().map(PurseAllowance::limit).map(BigDecimal::intValue).toList();
  }

  @Test
  void withoutALeaseThereIsNoMoney() {
    assertThat(renew("1", TOKEN, "0", "3").purses()).isEmpty();
  }

  @Test
  void aRuntimeOfAnotherExecutionGetsNone() {
    executors.prove("1");

    assertThat(renew("1", "earlier", "0", "3").purses()).isEmpty();
  }

  @Test
  void whatAnExecutorHeldIsSpentOnceSparkGivesItUp() {
    executors.prove("1");
    executors.prove("2");
    assertThat(limits(renew("1", TOKEN, "0", "6"))).containsExactly(6);

    book.remove("1");

    assertThat(renew("2", TOKEN, "0", "9").purses().get(0).ceiling()).isEqualByComparingTo("4");
    assertThat(renew("1", TOKEN, "0", "1").purses()).isEmpty();
  }

  @Test
  void whatIsSpentIsHeardAlsoAfterAStop() {
    executors.prove("1");
    executors.prove("2");
    renew("1", TOKEN, "0", "6");
    book.stop("enough");

    renew("1", TOKEN, "5", "0");

    assertThat(book.budget().orElseThrow().spent()).isEqualByComparingTo("5");
  }
}

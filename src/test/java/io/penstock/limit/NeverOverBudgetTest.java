package io.penstock.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Whatever happens to executors and messages, together they keep to the budget. */
final class NeverOverBudgetTest {
  private static final long BUDGET = 100_000;

  private final FakeScheduler time = new FakeScheduler();

  @RepeatedTest(20)
  void neverOverAndNothingIsLeftThatCouldBuyACall(RepetitionInfo round) {
    BudgetedCluster cluster = run(round, false, 1 + round.getCurrentRepetition() % 5, 3_000);

    long unused = BUDGET - cluster.billed;
    int cheapest = cluster.refused.stream().min(Integer::compare).orElseThrow();
    assertThat(cluster.mostCommitted).isLessThanOrEqualTo(BUDGET);
    assertThat(unused).isNotNegative().isLessThan(cheapest);
    assertThat(cluster.called + cluster.refused.size()).isEqualTo(3_000);
  }

  @RepeatedTest(20)
  void neverOverWithExecutorsThatDie(RepetitionInfo round) {
    BudgetedCluster cluster = run(round, true, 4, 3_000);

    assertThat(cluster.mostCommitted).isLessThanOrEqualTo(BUDGET);
    assertThat(cluster.refused).isNotEmpty();
  }

  @Test
  void aBudgetThatSufficesRefusesNothing() {
    BudgetedCluster cluster = new BudgetedCluster(time, 100 * BUDGET, new Random(7), false);
    cluster.pile(3_000);
    for (int i = 0; i < 4; i++) {
      cluster.addExecutor();
    }
    time.advance(Duration.ofSeconds(60));

    assertThat(cluster.isDone()).isTrue();
    assertThat(cluster.refused).isEmpty();
  }

  private BudgetedCluster run(RepetitionInfo round, boolean kills, int executors, int requests) {
    Random random = new Random(round.getCurrentRepetition());
    BudgetedCluster cluster = new BudgetedCluster(time, BUDGET, random, kills);
    cluster.pile(requests);
    for (int i = 0; i < executors; i++) {
      cluster.addExecutor();
    }
    for (int minutes = 0; minutes < 60 && !cluster.isDone(); minutes++) {
      time.advance(Duration.ofMinutes(1));
    }
    assertThat(cluster.isDone()).isTrue();
    return cluster;
  }
}

package io.penstock.limit;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Executors that share a budget and a pile of requests, whose replies are lost or late and which
 * are killed; the provider's bill knows what they really spent, in millionths of a dollar.
 */
final class BudgetedCluster {
  private static final Duration RENEWAL = Duration.ofMillis(500);
  private static final int IN_FLIGHT = 16;

  private final FakeScheduler time;
  private final Random random;
  private final BudgetBook book;
  private final boolean kills;
  private final ArrayDeque<Integer> pile = new ArrayDeque<>();
  private final List<Executor> executors = new ArrayList<>();
  private int made;
  long billed;
  long underWay;
  long mostCommitted;
  int called;
  final List<Integer> refused = new ArrayList<>();

  BudgetedCluster(FakeScheduler time, long budget, Random random, boolean kills) {
    this.time = time;
    this.random = random;
    this.kills = kills;
    book = new BudgetBook(usd(budget), time::nanoTime);
  }

  /** Worst cases; each costs something between nothing and that. */
  void pile(int requests) {
    for (int i = 0; i < requests; i++) {
      pile.add(100 + random.nextInt(i % 10 == 0 ? 5_000 : 400));
    }
  }

  void addExecutor() {
    executors.add(new Executor("e" + made++));
  }

  boolean isDone() {
    return pile.isEmpty() && executors.stream().allMatch(Executor::isIdle);
  }

  static BigDecimal usd(long millionths) {
    return BigDecimal.valueOf(millionths, 6);
  }

  private final class Executor {
    private final String id;
    private final Purse purse;
    private boolean dead;
    private int calls;
    private int waiting;

    Executor(String id) {
      this.id = id;
      purse =
          new Purse("purse of " + id, time, () -> time.after(Duration.ofMillis(2), this::renew));
      renewForever();
      take();
    }

    boolean isIdle() {
      return dead || calls == 0 && waiting == 0;
    }

    private void renewForever() {
      if (kills && made < 12 && random.nextInt(60) == 0 && !pile.isEmpty()) {
        die();
      }
      renew();
      if (!dead) {
        time.after(RENEWAL, this::renewForever);
      }
    }

    private void renew() {
      if (dead) {
        return;
      }
      PurseReport report = purse.report();
      book.report(id, report);
      PurseAllowance reply = book.allow(report.purse());
      int chance = random.nextInt(100);
      if (chance >= 8) { // some are lost, some late
        Duration way = Duration.ofMillis(chance < 16 ? random.nextInt(3_000) : 1);
        time.after(way, () -> allow(reply));
      }
    }

    private void allow(PurseAllowance reply) {
      if (!dead) {
        purse.allow(reply);
      }
    }

    private void die() {
      dead = true;
      book.gone(id);
      addExecutor();
    }

    private void take() {
      while (!dead && calls + waiting < IN_FLIGHT && !pile.isEmpty()) {
        int worst = pile.remove();
        if (purse.refuses(usd(worst))) {
          refused.add(worst);
          continue;
        }
        waiting++;
        purse.reserve(usd(worst)).whenComplete((reserved, error) -> reserved(worst, error));
      }
    }

    private void reserved(int worst, Throwable error) {
      waiting--;
      if (dead) {
        return;
      }
      if (error != null) {
        refused.add(worst);
        time.after(Duration.ZERO, this::take);
        return;
      }
      calls++;
      called++;
      underWay += worst;
      mostCommitted = Math.max(mostCommitted, billed + underWay);
      time.after(Duration.ofMillis(20 + random.nextInt(900)), () -> answered(worst));
    }

    /** Also of a dead one: the provider bills all the same. */
    private void answered(int worst) {
      int cost = random.nextInt(10) == 0 ? worst : random.nextInt(worst / 3);
      underWay -= worst;
      billed += cost;
      if (!dead) {
        calls--;
        purse.settle(usd(worst), usd(cost));
        take();
      }
    }
  }
}

package io.penstock.limit;

import io.penstock.limit.Limiter.Permit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Executors whose calls come at random, whose replies are lost or late, that fall silent, return
 * and vanish; remembers when which call began and what it took.
 */
final class UnreliableCluster {
  private static final Duration RENEWAL = Duration.ofMillis(500);

  private final FakeScheduler time;
  private final Governor governor;
  private final Random random;
  private final Supplier<Need> needs;
  final List<Start> starts = new ArrayList<>();
  private int executors;
  private int underWay;
  int mostUnderWay;

  /**
   * @param used what it took in the end
   */
  record Start(long nanos, Need used) {}

  UnreliableCluster(FakeScheduler time, Governor governor, Random random, Supplier<Need> needs) {
    this.time = time;
    this.governor = governor;
    this.random = random;
    this.needs = needs;
  }

  void addExecutor() {
    new Unreliable("e" + executors++);
  }

  private final class Unreliable {
    private final String id;
    private final Limiter limiter;
    private boolean dead;
    private int calls;

    Unreliable(String id) {
      this.id = id;
      limiter = new Limiter(Governors.ACCOUNT, time, () -> {});
      renewForever();
      askForever();
    }

    private void renewForever() {
      if (random.nextInt(2_000) == 0) {
        die();
        return;
      }
      int chance = random.nextInt(400);
      long asked = time.nanoTime();
      List<Allowance> reply = governor.renew(id, List.of(limiter.report()));
      long until = asked + Governor.LEASE_LIFE.toNanos();
      if (chance > 40) { // one in ten is lost
        Duration way = Duration.ofMillis(random.nextInt(chance > 80 ? 20 : 3_000));
        time.after(way, () -> limiter.allow(reply.get(0), until));
      }
      Duration pause = chance < 4 ? Duration.ofSeconds(random.nextInt(40)) : RENEWAL;
      time.after(pause, this::renewForever);
    }

    /** Its calls go on at the provider; every other time Spark knows that it has ended. */
    private void die() {
      dead = true;
      if (random.nextBoolean()) {
        underWay -= calls;
        calls = 0;
        governor.exited(id);
      }
      addExecutor();
    }

    private void askForever() {
      if (dead) {
        return;
      }
      for (int i = random.nextInt(40); i > 0; i--) {
        Need need = needs.get();
        limiter.acquire(need).thenAccept(permit -> begin(permit, need));
      }
      time.after(Duration.ofMillis(random.nextInt(4_000)), this::askForever);
    }

    private void begin(Permit permit, Need need) {
      if (dead) {
        return;
      }
      Need used = new Need(need.inputTokens(), random.nextInt((int) need.outputTokens() + 1));
      starts.add(new Start(time.nanoTime(), used));
      calls++;
      mostUnderWay = Math.max(mostUnderWay, ++underWay);
      time.after(Duration.ofMillis(200 + random.nextInt(6_000)), () -> end(permit, used));
    }

    private void end(Permit permit, Need used) {
      if (calls > 0) {
        calls--;
        underWay--;
      }
      if (!dead) {
        permit.succeeded(used);
        permit.close();
      }
    }
  }
}

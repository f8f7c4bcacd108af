package io.penstock.limit;

import io.penstock.limit.Limiter.Permit;
import java.time.Duration;
import java.util.List;

/** An executor whose tasks have no end of requests, and whose agent renews twice a second. */
final class SimulatedExecutor {
  static final Duration RENEWAL = Duration.ofMillis(500);

  /** Of the driver, out of turn. */
  private static final Duration ASK = Duration.ofMillis(2);

  private static final int TASKS = 8;

  private final String id;
  private final FakeScheduler time;
  private final Governor governor;
  private final RateServer server;
  final Limiter limiter;
  private boolean dead;

  SimulatedExecutor(String id, FakeScheduler time, Governor governor, RateServer server) {
    this.id = id;
    this.time = time;
    this.governor = governor;
    this.server = server;
    limiter = new Limiter("openai/small", time, () -> time.after(ASK, this::renew));
    renewForever();
    for (int i = 0; i < TASKS; i++) {
      ask();
    }
  }

  /** Without a word. */
  void kill() {
    dead = true;
  }

  private void renewForever() {
    renew();
    if (!dead) {
      time.after(RENEWAL, this::renewForever);
    }
  }

  private void renew() {
    if (dead) {
      return;
    }
    long asked = time.nanoTime();
    List<Allowance> reply = governor.renew(id, List.of(limiter.report()));
    limiter.allow(reply.get(0), asked + Governor.LEASE_LIFE.toNanos());
  }

  private void ask() {
    limiter.acquire(Need.REQUEST).thenAccept(this::granted);
  }

  private void granted(Permit permit) {
    time.after(Duration.ZERO, this::ask);
    attempt(permit);
  }

  private void attempt(Permit permit) {
    if (dead) {
      return;
    }
    server.call(
        refusal -> {
          if (dead) {
            return;
          }
          if (refusal == null) {
            permit.succeeded(Need.REQUEST);
            permit.close();
          } else {
            permit.refused(refusal, null);
            permit.suspend();
            permit.resume(Long.MAX_VALUE / 2).thenAccept(this::attempt);
          }
        });
  }
}

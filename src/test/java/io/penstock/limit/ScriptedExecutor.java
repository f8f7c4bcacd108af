package io.penstock.limit;

import io.penstock.limit.AccountReport.Load;
import io.penstock.limit.AccountReport.Tally;
import java.util.List;
import java.util.Map;

/** An executor that reports what a test says; its fields are what it will tell next. */
final class ScriptedExecutor {
  private final String id;
  private final Governor governor;
  int inFlight;
  boolean waiting = true;
  Tally tally = Tally.NONE;
  int inARow;
  long holdMillis;
  Rates learnt = Rates.NONE;
  Map<Rate, Long> largest = Map.of();
  private long heard;

  ScriptedExecutor(String id, Governor governor) {
    this.id = id;
    this.governor = governor;
  }

  /** The reply arrives. */
  Allowance renew() {
    Allowance reply = renewUnheard();
    heard = reply.number();
    return reply;
  }

  /** The reply is lost. */
  Allowance renewUnheard() {
    Load load = new Load(inFlight, inFlight, waiting);
    return governor
        .renew(
            id,
            List.of(
                new AccountReport(
                    Governors.ACCOUNT, heard, load, tally, inARow, holdMillis, learnt, largest)))
        .get(0);
  }

  void succeeded(int count) {
    tally = plus(new Tally(count, 0, 0, 0, 0));
    inARow = 0;
  }

  void refused(Refusal why, int count) {
    tally =
        plus(
            switch (why) {
              case TOO_FAST -> new Tally(0, count, 0, 0, 0);
              case TOO_MANY -> new Tally(0, 0, count, 0, 0);
              case OVERLOADED -> new Tally(0, 0, 0, count, 0);
            });
    inARow += count;
  }

  void unhealthy(int count) {
    tally = plus(new Tally(0, 0, 0, 0, count));
  }

  private Tally plus(Tally more) {
    return new Tally(
        tally.succeeded() + more.succeeded(),
        tally.tooFast() + more.tooFast(),
        tally.tooMany() + more.tooMany(),
        tally.overloaded() + more.overloaded(),
        tally.unhealthy() + more.unhealthy());
  }
}

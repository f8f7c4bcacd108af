package io.penstock.slow;

import io.penstock.slow.RoundLine.Money;
import io.penstock.slow.RoundLine.Paid;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares what a job has left behind with the simulator's bill and with the results of an
 * undisturbed run.
 */
final class Judge {
  private final TestJob job;
  private final Bill bill;
  private final List<RunFigures> runs;
  private final Results results;
  private final List<String> problems = new ArrayList<>();

  /** Reads all that the job has left behind. */
  Judge(TestJob job, Bill bill) throws IOException {
    this.job = job;
    this.bill = bill;
    this.runs = job.runs();
    this.results = job.results();
  }

  Results results() {
    return results;
  }

  /** All that was found wrong so far. */
  List<String> problems() {
    return problems;
  }

  /** No row may be missing, unanswered or different. */
  void judgeRows(Results undisturbed) {
    judgeRows();
    long differences = results.differences(undisturbed);
    require(differences == 0, differences + " rows differ from those of an undisturbed run");
  }

  /** No row may be missing or unanswered. */
  void judgeRows() {
    int rows = job.shape().rows();
    require(results.count() == rows, results.count() + " rows instead of " + rows);
    require(results.unanswered() == 0, results.unanswered() + " rows have no completion");
    require(results.runIds().size() == 1, "results of the runs " + results.runIds());
    int distinct = job.shape().distinct();
    require(
        bill.distinct() == distinct, bill.distinct() + " distinct requests instead of " + distinct);
  }

  /**
   * What was paid for twice must be as few answers as the kill explains, and all of it known.
   *
   * @param inFlight when something was killed; 0 where nothing was
   * @param flushWindow answers of the last flush interval before that
   */
  Paid judgePaid(int inFlight, long flushWindow) {
    require(
        bill.paidTwice() <= inFlight + flushWindow,
        "%d answers paid twice, %d in flight and %d in the flush window"
            .formatted(bill.paidTwice(), inFlight, flushWindow));
    judgeInDoubt();
    return new Paid(
        count("/called"),
        bill.requests(),
        bill.paidTwice(),
        inFlight,
        flushWindow,
        count("/in_doubt"));
  }

  /** What was paid for twice must be known. */
  void judgeInDoubt() {
    long inDoubt = count("/in_doubt");
    require(
        bill.paidTwice() <= inDoubt,
        "%d answers paid twice, %d in doubt".formatted(bill.paidTwice(), inDoubt));
  }

  /** The money equation, for all runs of the job together. */
  Money judgeMoney() {
    BigDecimal cost = usd("/cost_usd");
    for (RunFigures run : runs) {
      boolean visible = results.runIds().contains(run.runId());
      require(
          !visible || results.costUsd().compareTo(run.usd("/cost_usd")) == 0,
          "cost_usd of the rows is " + results.costUsd() + ", of the summary " + cost);
    }
    BigDecimal gap =
        bill.usd().subtract(cost).subtract(usd("/waste_usd/known")).subtract(usd("/unclaimed_usd"));
    Money money = new Money(gap, usd("/waste_usd/possible"));
    require(gap.signum() >= 0, "more money than was billed: " + gap);
    require(
        gap.compareTo(money.possibleUsd()) <= 0,
        "billed " + gap + " that is not accounted for, possible are " + money.possibleUsd());
    return money;
  }

  private long count(String pointer) {
    return runs.stream().mapToLong(run -> run.count(pointer)).sum();
  }

  private BigDecimal usd(String pointer) {
    return runs.stream().map(run -> run.usd(pointer)).reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private void require(boolean holds, String problem) {
    if (!holds) {
      problems.add(problem);
    }
  }
}

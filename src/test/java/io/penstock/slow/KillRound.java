package io.penstock.slow;

import io.penstock.slow.RoundLine.Kill;
import io.penstock.slow.RoundLine.Target;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A job on the cluster that one kill disturbs, and that is run again until it is done. */
final class KillRound {
  private static final int EXECUTIONS = 6;
  private static final Duration EXECUTORS_END_WITHIN = Duration.ofSeconds(30);

  /** The journal's bound; what arrives in it may be lost. */
  private static final Duration FLUSH_INTERVAL = Duration.ofMillis(100);

  /** The longest life of a lease: after it no executor without a driver may call. */
  private static final Duration ORPHANS_CALL_FOR = Duration.ofSeconds(5);

  private final Lab lab;
  private final TestJob job;
  private final Plan plan;
  private final Watch watch;
  private final List<Submission> submissions = new ArrayList<>();
  private final List<Integer> exitCodes = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private boolean struck;
  private long struckNanos;

  KillRound(Lab lab, TestJob job, Plan plan) {
    this.lab = lab;
    this.job = job;
    this.plan = plan;
    this.watch = new Watch(lab);
  }

  /**
   * @param moment after the first call
   * @param choice of the executor, from 0 up to 1
   */
  record Plan(int round, long seed, Target target, Duration moment, double choice) {
    /** Up to a little after the expected end, so that compaction and publishing are hit too. */
    private static final double LATEST = 1.1;

    private static final long SEEDS_APART = 1_000_003;

    /**
     * Drivers and executors in turn, at a random moment.
     *
     * @param expected time from the first call to the end of the job
     */
    static Plan draw(int round, long seed, Duration expected) {
      SplittableRandom random = new SplittableRandom(seed * SEEDS_APART + round);
      Target target = round % 2 == 1 ? Target.DRIVER : Target.EXECUTOR;
      double millis = random.nextDouble(LATEST) * expected.toMillis();
      return new Plan(round, seed, target, Duration.ofMillis((long) millis), random.nextDouble());
    }
  }

  /** All that was started; their output tells more than the line. */
  List<Submission> submissions() {
    return submissions;
  }

  /**
   * Never throws because of what the job does: that is a problem of the round.
   *
   * @param undisturbed results of the same job
   */
  RoundLine run(Results undisturbed) throws IOException {
    long start = System.nanoTime();
    RoundLine.Paid paid = null;
    RoundLine.Money money = null;
    try {
      execute();
      Judge judge = new Judge(job, lab.finalBill());
      judge.judgeRows(undisturbed);
      paid = judgePaid(judge);
      money = judge.judgeMoney();
      problems.addAll(judge.problems());
    } catch (IllegalStateException e) {
      problems.add(String.valueOf(e.getMessage()));
    } finally {
      submissions.forEach(Submission::close);
    }
    double seconds = Duration.ofNanos(System.nanoTime() - start).toMillis() / 1000.0;
    double moment = plan.moment().toMillis() / 1000.0;
    Kill kill = new Kill(plan.target(), plan.seed(), moment, struck);
    return new RoundLine(plan.round(), kill, exitCodes, paid, money, seconds, problems);
  }

  private RoundLine.Paid judgePaid(Judge judge) {
    return struck
        ? judge.judgePaid(
            watch.inFlightSince(struckNanos), watch.answersIn(FLUSH_INTERVAL, struckNanos))
        : judge.judgePaid(0, 0);
  }

  private void execute() throws IOException {
    Submission first = submit();
    lab.awaitCalls(first);
    watch.look();
    watch.lookWhile(first.submitter()::isAlive, plan.moment());
    strike(first);
    if (struck && plan.target() == Target.DRIVER) {
      exitCodes.add(first.awaitExit());
      Submission second = submit();
      watchOrphans(first);
      exitCodes.add(second.awaitExit());
      while (!isDone() && submissions.size() < EXECUTIONS) {
        exitCodes.add(submit().awaitExit());
      }
    } else {
      exitCodes.add(first.awaitExit());
    }
    if (!isDone()) {
      problems.add("the job ended with " + exitCodes);
    }
  }

  private Submission submit() throws IOException {
    Submission submission = lab.infer(job);
    submissions.add(submission);
    return submission;
  }

  private boolean isDone() {
    int last = exitCodes.get(exitCodes.size() - 1);
    return last == 0 || last == 3;
  }

  private void strike(Submission submission) throws IOException {
    List<ProcessHandle> victims =
        plan.target() == Target.DRIVER ? List.of(submission.driver()) : submission.executors();
    watch.look();
    struckNanos = System.nanoTime();
    if (!victims.isEmpty()) {
      ProcessHandle victim = victims.get((int) (plan.choice() * victims.size()));
      struck = victim.isAlive() && victim.destroyForcibly();
    }
    watch.look();
  }

  /** Executors may end what they have begun, and may begin something for as long as a lease. */
  private void watchOrphans(Submission killed) throws IOException {
    Instant killedAt = Instant.now().minusNanos(System.nanoTime() - struckNanos);
    watch.lookWhile(() -> !killed.executors().isEmpty(), EXECUTORS_END_WITHIN);
    Instant last = watch.look().lastRequestAt();
    if (last != null && last.isAfter(killedAt.plus(ORPHANS_CALL_FOR))) {
      problems.add("executors without a driver called until " + Duration.between(killedAt, last));
    }
  }
}

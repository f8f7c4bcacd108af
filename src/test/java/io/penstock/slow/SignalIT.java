package io.penstock.slow;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.slow.TestJob.Shape;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Processes of a job that are told to end, or held up. */
@Tag("slow")
@ExtendWith(LabExtension.class)
class SignalIT {
  private static final Shape SHAPE = new Shape(800, 80, 16);
  private static final int SOME_ANSWERS = 50;
  private static final Duration LEASE = Duration.ofSeconds(5);
  private static final Duration SUSPENDED = Duration.ofSeconds(20);
  private static final Duration TAKES_OVER_WITHIN = Duration.ofMinutes(2);

  private final Lab lab;

  SignalIT(Lab lab) {
    this.lab = lab;
  }

  @Test
  void aDriverThatIsToldToEndPublishesWhatItHasAndTheNextRunGoesOn() throws IOException {
    TestJob job = lab.localJob("driver-terminated", SHAPE);

    try (Submission first = lab.infer(job)) {
      lab.awaitAnswers(first, SOME_ANSWERS);
      Signal.TERM.send(first.driver());
      assertThat(first.awaitExit()).as(first.tail()).isEqualTo(130);
    }
    Results partial = job.partialResults();
    assertThat(job.list("answers")).containsExactly("_partial");
    assertThat(partial.count() - partial.unanswered()).isGreaterThanOrEqualTo(SOME_ANSWERS);
    assertThat(partial.unanswered()).isPositive();

    assertNextRunCompletes(job);
    assertThat(job.onlyRun().runId()).isIn(partial.runIds());
    assertThat(job.list("answers")).containsExactly("run_id=" + job.onlyRun().runId());
    assertNothingLost(job);
  }

  @Test
  void aDriverThatWasSuspendedPaysNothingMoreOnceAnotherRunHasTakenOver() throws IOException {
    TestJob job = lab.localJob("driver-suspended", SHAPE);

    try (Submission first = lab.infer(job)) {
      lab.awaitAnswers(first, SOME_ANSWERS);
      Instant suspendedAt = Instant.now();
      Signal.STOP.send(first.driver());
      try (Submission second = lab.infer(job)) {
        awaitTakeOver(suspendedAt);
        Signal.CONT.send(first.driver());
        assertThat(second.awaitExit()).as(second.tail()).isZero();
      }
      assertThat(first.awaitExit()).as(first.tail()).isNotZero();
    }

    job.onlyRun();
    assertNothingLost(job);
  }

  /** Its executors may call for as long as their lease lives, and then the other run calls. */
  private void awaitTakeOver(Instant suspendedAt) throws IOException {
    Instant quietFrom = suspendedAt.plus(LEASE);
    Await.until("the leases' end", TAKES_OVER_WITHIN, () -> Instant.now().isAfter(quietFrom));
    long requests = lab.bill().requests();
    assertThat(lab.bill().lastRequestAt()).isBefore(quietFrom);
    Await.until(
        "the other run's first call and the end of the suspension",
        TAKES_OVER_WITHIN,
        () ->
            Instant.now().isAfter(suspendedAt.plus(SUSPENDED)) && lab.bill().requests() > requests);
  }

  @Test
  void anExecutorThatIsToldToEndKeepsTheAnswersThatAreUnderWay() throws IOException {
    TestJob job = lab.localJob("executor-terminated", SHAPE);

    try (Submission submission = lab.infer(job)) {
      lab.awaitAnswers(submission, SOME_ANSWERS);
      Signal.TERM.send(submission.executors().get(0));
      assertThat(submission.awaitExit()).as(submission.tail()).isZero();
    }

    assertThat(lab.finalBill().paidTwice()).isZero();
    assertNothingLost(job);
  }

  @Test
  void aWriterThatIsKilledOnHdfsLosesNothingThatItHadFlushed() throws IOException {
    TestJob job = lab.hdfsJob("writer-killed", SHAPE);

    try (Submission first = lab.infer(job)) {
      lab.awaitAnswers(first, SOME_ANSWERS);
      Signal.KILL.send(first.executors().get(0));
      Signal.KILL.send(first.driver());
      assertThat(first.awaitExit()).isNotZero();
    }

    assertNextRunCompletes(job);
    job.onlyRun();
    assertNothingLost(job);
  }

  private void assertNextRunCompletes(TestJob job) throws IOException {
    try (Submission next = lab.infer(job)) {
      assertThat(next.awaitExit()).as(next.tail()).isZero();
    }
  }

  private void assertNothingLost(TestJob job) throws IOException {
    Judge judge = new Judge(job, lab.finalBill());
    judge.judgeRows();
    judge.judgeInDoubt();
    judge.judgeMoney();
    assertThat(judge.problems()).isEmpty();
  }
}

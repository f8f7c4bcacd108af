package io.penstock.slow;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.slow.TestJob.Shape;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two runs of one job never call at the same time. */
@Tag("slow")
@ExtendWith(LabExtension.class)
class TwoRunsIT {
  /** Slow enough to be still under way when others have started their JVMs. */
  private static final Shape SHAPE = new Shape(600, 60, 4);

  @Test
  void theSecondStopsOrWaitsAndPaysNothing(Lab lab) throws IOException {
    TestJob job = lab.localJob("two-runs", SHAPE);

    try (Submission first = lab.infer(job)) {
      lab.awaitAnswers(first, 10);
      try (Submission second = lab.infer(job);
          Submission waiting = lab.infer(job, "--wait-for-lock")) {
        assertThat(second.awaitExit()).as(second.tail()).isEqualTo(2);
        assertThat(second.output()).containsPattern("error: .*lock");
        assertThat(first.submitter().isAlive()).isTrue();
        assertThat(first.awaitExit()).as(first.tail()).isZero();
        assertThat(waiting.awaitExit()).as(waiting.tail()).isZero();
      }
    }

    List<RunFigures> runs = job.runs();
    assertThat(runs).extracting(run -> run.count("/called")).containsExactly(600L, 0L);
    assertThat(runs).extracting(run -> run.count("/cache_hits")).containsExactly(0L, 600L);
    Judge judge = new Judge(job, lab.finalBill());
    judge.judgeRows();
    judge.judgePaid(0, 0);
    judge.judgeMoney();
    assertThat(judge.problems()).isEmpty();
  }
}

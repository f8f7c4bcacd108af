package io.penstock.slow;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.slow.TestJob.Shape;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The script for standalone clusters, as a scheduler would start it. */
@Tag("slow")
@ExtendWith(LabExtension.class)
class ScheduleIT {
  private static final Path SCRIPT = Path.of("jobs/schedule/standalone.sh");
  private static final Shape SHAPE = new Shape(100, 10, 16);

  private final Lab lab;

  ScheduleIT(Lab lab) {
    this.lab = lab;
  }

  @Test
  void theScriptRunsTheJobOnTheClusterAndEndsWithItsExitCode() throws IOException {
    TestJob job = lab.localJob("schedule", SHAPE);

    try (Submission submission = lab.cluster().submit(SCRIPT, job.file())) {
      assertThat(submission.awaitExit()).as(submission.tail()).isZero();
    }

    Judge judge = new Judge(job, lab.finalBill());
    judge.judgeRows();
    judge.judgePaid(0, 0);
    assertThat(judge.problems()).isEmpty();
  }

  @Test
  void aWrongJobFileIsSaidByTheExitCode() throws IOException {
    TestJob job = lab.localJob("schedule-wrong", SHAPE);

    try (Submission submission =
        lab.cluster().submit(SCRIPT, job.file(), "--set", "models.small.provider=nobody")) {
      assertThat(submission.awaitExit()).as(submission.tail()).isEqualTo(2);
      assertThat(lab.bill().requests()).isZero();
    }
  }
}

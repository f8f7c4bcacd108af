package io.penstock.slow;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.slow.TestJob.Shape;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A job on a cluster does what it does in one JVM, wherever its driver runs. */
@Tag("slow")
@ExtendWith(LabExtension.class)
class SubmitIT {
  private static final Shape SHAPE = new Shape(300, 30, 16);

  /** As Spark has it by itself. */
  private static final Map<String, String> CODE_GENERATION =
      Map.of(
          "spark.sql.codegen.wholeStage", "true",
          "spark.sql.codegen.factoryMode", "FALLBACK");

  private final Lab lab;

  SubmitIT(Lab lab) {
    this.lab = lab;
  }

  @Test
  void inClientModeTheSubmitterEndsWithTheJobsExitCode() throws IOException {
    TestJob job = lab.localJob("client-mode", SHAPE);

    try (Submission submission =
        lab.cluster().submit(DeployMode.CLIENT, CODE_GENERATION, "infer", job.file())) {
      assertThat(submission.awaitExit()).as(submission.tail()).isZero();
    }

    assertRight(job);
  }

  @Test
  void inClusterModeTheDriverFinishesAndTheResultsAreThere() throws IOException {
    assertRunsInClusterMode(lab.localJob("cluster-mode", SHAPE));
  }

  @Test
  void inClusterModeJobFileAndFoldersMayLieOnHdfs() throws IOException {
    assertRunsInClusterMode(lab.hdfsJob("cluster-mode", SHAPE));
  }

  @Test
  void speculationIsRefusedBeforeAnyCall() throws IOException {
    TestJob job = lab.localJob("speculation", SHAPE);
    Map<String, String> settings = Map.of("spark.speculation", "true");

    try (Submission submission =
        lab.cluster().submit(DeployMode.CLIENT, settings, "infer", job.file())) {
      int exitCode = submission.awaitExit();

      assertThat(exitCode).as(submission.tail()).isEqualTo(2);
      assertThat(submission.output()).contains("error: spark.speculation must be off");
      assertThat(lab.bill().requests()).isZero();
    }
  }

  private void assertRunsInClusterMode(TestJob job) throws IOException {
    try (Submission submission =
        lab.cluster().submit(DeployMode.CLUSTER, CODE_GENERATION, "infer", job.file())) {
      assertThat(submission.awaitDriverState()).isEqualTo("FINISHED");
    }

    assertRight(job);
  }

  private void assertRight(TestJob job) throws IOException {
    Judge judge = new Judge(job, lab.finalBill());
    RunFigures run = job.onlyRun();
    judge.judgeRows();
    judge.judgePaid(0, 0);
    judge.judgeMoney();

    assertThat(judge.problems()).isEmpty();
    assertThat(run.count("/exit_code")).isZero();
    assertThat(run.count("/rows")).isEqualTo(SHAPE.rows());
    assertThat(run.count("/distinct")).isEqualTo(SHAPE.distinct());
    assertThat(run.count("/duplicates")).isEqualTo(SHAPE.duplicates());
    assertThat(run.count("/called")).isEqualTo(SHAPE.distinct());
    assertThat(run.count("/succeeded")).isEqualTo(SHAPE.rows());
    assertThat(run.count("/in_doubt")).isZero();
    assertThat(run.count("/max_in_flight")).isPositive();
  }
}
